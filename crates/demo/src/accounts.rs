//! Who may log in. Public knowledge: the passwords are those of published load tests and of our examples.

use std::collections::HashMap;

/// Number of an account.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct AccountId(pub(crate) u32);

/// An account may have more than one password, because several published tests share one address.
pub(crate) struct Account {
    pub(crate) id: AccountId,
    pub(crate) login: String,
    pub(crate) passwords: Vec<String>,
}

/// Accounts `shopper1@example.com` to `shopper100@example.com`, password `katydid`.
const SHOPPERS: u32 = 100;

/// Logins that appear in published load tests. The bracketed one is what an address-hiding web page made of
/// an address, and what people therefore copy.
const PUBLISHED: [(&str, &[&str]); 3] = [
    (
        "loadtest@example.com",
        &["test-password-123", "testpass123", "loadtest-password"],
    ),
    ("[email protected]", &["loadtest-password"]),
    ("kubilay", &["******"]),
];

/// Every account that the shop opens with.
pub(crate) fn opening_accounts() -> Vec<Account> {
    let published = PUBLISHED.iter().map(|(login, passwords)| {
        (
            (*login).to_owned(),
            passwords.iter().map(|password| (*password).to_owned()).collect(),
        )
    });
    let shoppers =
        (1..=SHOPPERS).map(|number| (format!("shopper{number}@example.com"), vec!["katydid".to_owned()]));
    let numbered = (1..).zip(published.chain(shoppers));
    numbered
        .map(|(id, (login, passwords))| Account {
            id: AccountId(id),
            login,
            passwords,
        })
        .collect()
}

/// The accounts by login.
#[derive(Debug, Default)]
pub(crate) struct Accounts {
    by_login: HashMap<String, (AccountId, Vec<String>)>,
    login_by_id: HashMap<AccountId, String>,
}

impl Accounts {
    pub(crate) fn add(&mut self, id: AccountId, login: String, password: String) {
        self.login_by_id.insert(id, login.clone());
        self.by_login
            .entry(login)
            .or_insert_with(|| (id, Vec::new()))
            .1
            .push(password);
    }

    /// The account, when the password is one of its own.
    pub(crate) fn check(&self, login: &str, password: &str) -> Option<AccountId> {
        let (id, passwords) = self.by_login.get(&normalised(login))?;
        passwords.iter().any(|known| known == password).then_some(*id)
    }

    pub(crate) fn login(&self, id: AccountId) -> Option<&str> {
        self.login_by_id.get(&id).map(String::as_str)
    }
}

/// Addresses ignore case; copied text may hold a no-break space.
fn normalised(login: &str) -> String {
    login.trim().replace('\u{a0}', " ").to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn published_logins_are_known_and_wrong_passwords_refused() {
        let mut accounts = Accounts::default();
        for account in opening_accounts() {
            for password in account.passwords {
                accounts.add(account.id, account.login.clone(), password);
            }
        }
        for (login, password, welcome) in [
            ("loadtest@example.com", "testpass123", true),
            ("LoadTest@example.com ", "test-password-123", true),
            ("[email\u{a0}protected]", "loadtest-password", true),
            ("kubilay", "******", true),
            ("shopper100@example.com", "katydid", true),
            ("shopper101@example.com", "katydid", false),
            ("loadtest@example.com", "", false),
            ("loadtest@example.com", "katydid", false),
        ] {
            assert_eq!(
                accounts.check(login, password).is_some(),
                welcome,
                "{login} {password}"
            );
        }
    }
}
