// The login page: whatever ways in the locustfile offers, as plain forms.
import { render } from "preact";
import { OptionField } from "../components/option-field";
import { ThemeButton } from "../components/theme-button";
import { Wordmark } from "../components/wordmark";
import { readTemplate, type AuthArgs } from "../template";
import "../styles/all.css";

function AuthPage({ args }: { args: AuthArgs }) {
  const { custom_form: custom, auth_providers: providers } = args;
  return (
    <>
      <header class="run-header auth-header">
        <Wordmark />
        <ThemeButton />
      </header>
      <main>
        <div class="start card auth">
          <h1>{args.title || "Log in"}</h1>
          {args.info && (
            <p class="info" role="status">
              {args.info}
            </p>
          )}
          {args.error && (
            <p class="error" role="alert">
              {args.error}
            </p>
          )}
          {args.username_password_callback && <PasswordForm action={args.username_password_callback} />}
          {custom && (
            <form method="post" action={custom.callback_url}>
              {custom.inputs.map((input) => (
                <OptionField
                  key={input.name}
                  name={input.name}
                  label={input.label}
                  type={input.type}
                  defaultValue={input.default_value}
                  choices={input.choices}
                  isMultiple={input.is_multiple}
                  isSecret={input.is_secret}
                  isRequired={input.is_required}
                />
              ))}
              <button type="submit" class="button primary">
                {custom.submit_button_text || "Log in"}
              </button>
            </form>
          )}
          {providers && providers.length > 0 && (
            <div class="providers">
              {providers.map(({ label, callback_url, icon_url }) => (
                <a key={callback_url} class="button" href={callback_url}>
                  {icon_url && <img src={icon_url} alt="" width="18" height="18" />}
                  {label}
                </a>
              ))}
            </div>
          )}
        </div>
      </main>
    </>
  );
}

function PasswordForm({ action }: { action: string }) {
  return (
    <form method="post" action={action}>
      <div class="field">
        <label for="username">Username</label>
        <input id="username" name="username" type="text" autocomplete="username" required />
      </div>
      <div class="field">
        <label for="password">Password</label>
        <input id="password" name="password" type="password" autocomplete="current-password" required />
      </div>
      <button type="submit" class="button primary">
        Log in
      </button>
    </form>
  );
}

const args = readTemplate<AuthArgs>("auth-args");
if (args.title) document.title = args.title;
render(<AuthPage args={args} />, document.getElementById("page")!);
