import { theme, toggleTheme } from "../theme";

export function ThemeButton() {
  const isDark = theme.value === "dark";
  return (
    <button
      type="button"
      class="icon-button"
      aria-label={isDark ? "Use light colours" : "Use dark colours"}
      title={isDark ? "Light colours" : "Dark colours"}
      onClick={toggleTheme}
    >
      <svg viewBox="0 0 24 24" width="18" height="18" aria-hidden="true" class="line-icon">
        {isDark ? (
          <>
            <circle cx="12" cy="12" r="4.5" />
            <path d="M12 2v3M12 19v3M2 12h3M19 12h3M5 5l2 2M17 17l2 2M5 19l2-2M17 7l2-2" />
          </>
        ) : (
          <path d="M20 14.5A8.5 8.5 0 0 1 9.5 4a8.5 8.5 0 1 0 10.5 10.5z" />
        )}
      </svg>
    </button>
  );
}
