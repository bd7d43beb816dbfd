//! Sessions: who a token stands for, and that visitor's cart. Bounded: the ones unused for longest leave.

use std::collections::HashMap;
use std::hash::{BuildHasher, Hasher, RandomState};
use std::sync::atomic::{AtomicU64, Ordering};

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, header};
use parking_lot::Mutex;

use crate::accounts::AccountId;
use crate::cart::Cart;

/// Name of the cookie that carries a token.
pub(crate) const COOKIE: &str = "katydid_session";

/// What the shop remembers of a visitor.
#[derive(Debug, Clone, Default)]
pub(crate) struct Session {
    pub(crate) account: Option<AccountId>,
    pub(crate) cart: Cart,
}

/// A token as the shop keeps it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct SessionKey(u64);

/// All sessions.
pub(crate) struct Sessions {
    generations: Mutex<Generations>,
    secret: RandomState,
    opened: AtomicU64,
}

/// Two generations stand in for an exact order of use: what is used moves to the young one, and when that is
/// full the old one is dropped. No work per request but one look-up, and never more than the capacity.
struct Generations {
    young: HashMap<SessionKey, Session>,
    old: HashMap<SessionKey, Session>,
    young_capacity: usize,
}

impl Generations {
    fn entry(&mut self, key: SessionKey) -> &mut Session {
        if !self.young.contains_key(&key) {
            let session = self.old.remove(&key).unwrap_or_default();
            if self.young.len() >= self.young_capacity {
                self.old = std::mem::take(&mut self.young);
            }
            self.young.insert(key, session);
        }
        self.young.entry(key).or_default()
    }

    fn knows(&self, key: SessionKey) -> bool {
        self.young.contains_key(&key) || self.old.contains_key(&key)
    }
}

impl Sessions {
    pub(crate) fn new(capacity: usize) -> Self {
        let generations = Generations {
            young: HashMap::new(),
            old: HashMap::new(),
            young_capacity: capacity.div_ceil(2).max(1),
        };
        Self {
            generations: Mutex::new(generations),
            secret: RandomState::new(),
            opened: AtomicU64::new(0),
        }
    }

    /// Opens a session and returns its token; without an account it is an anonymous visitor's.
    pub(crate) fn open(&self, account: Option<AccountId>) -> String {
        let token = self.new_token();
        self.generations.lock().entry(self.key(&token)).account = account;
        token
    }

    /// The key of a token. Any text is a token; one never handed out is an anonymous visitor with a cart.
    pub(crate) fn key(&self, token: &str) -> SessionKey {
        SessionKey(self.secret.hash_one(token))
    }

    /// Works on a session, which is made when it is not there.
    pub(crate) fn with<R>(&self, key: SessionKey, work: impl FnOnce(&mut Session) -> R) -> R {
        work(self.generations.lock().entry(key))
    }

    /// Who is logged in, if anybody is. Makes no session.
    pub(crate) fn account(&self, key: SessionKey) -> Option<AccountId> {
        let mut generations = self.generations.lock();
        if !generations.knows(key) {
            return None;
        }
        generations.entry(key).account
    }

    pub(crate) fn len(&self) -> usize {
        let generations = self.generations.lock();
        generations.young.len() + generations.old.len()
    }

    fn new_token(&self) -> String {
        let number = self.opened.fetch_add(1, Ordering::Relaxed);
        let half = |side: u8| {
            let mut hasher = self.secret.build_hasher();
            hasher.write_u64(number);
            hasher.write_u8(side);
            hasher.finish()
        };
        format!("{:016x}{:016x}", half(0), half(1))
    }
}

/// The token a request carries: the bearer token, or else the session cookie.
pub(crate) struct Visitor(pub(crate) Option<String>);

impl<S: Send + Sync> FromRequestParts<S> for Visitor {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Self::Rejection> {
        let token = bearer_token(&parts.headers).or_else(|| cookie_token(&parts.headers));
        Ok(Self(token.map(str::to_owned)))
    }
}

fn bearer_token(headers: &HeaderMap) -> Option<&str> {
    let value = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, token) = value.split_once(' ')?;
    let token = token.trim();
    (scheme.eq_ignore_ascii_case("bearer") && !token.is_empty()).then_some(token)
}

fn cookie_token(headers: &HeaderMap) -> Option<&str> {
    let lines = headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok());
    let mut pairs = lines
        .flat_map(|line| line.split(';'))
        .filter_map(|pair| pair.trim().split_once('='));
    pairs
        .find(|(name, _)| *name == COOKIE)
        .map(|(_, value)| value)
        .filter(|value| !value.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_stands_for_its_account() {
        let sessions = Sessions::new(10);
        let token = sessions.open(Some(AccountId(7)));
        assert_eq!(token.len(), 32);
        assert_eq!(sessions.account(sessions.key(&token)), Some(AccountId(7)));
        assert_eq!(sessions.account(sessions.key("made up")), None);
        assert_eq!(sessions.len(), 1);
    }

    #[test]
    fn the_unused_leave_and_the_used_stay() {
        let sessions = Sessions::new(100);
        let used = sessions.open(Some(AccountId(1)));
        let unused = sessions.open(Some(AccountId(2)));
        for _ in 0..500 {
            sessions.open(None);
            assert_eq!(sessions.account(sessions.key(&used)), Some(AccountId(1)));
            assert!(sessions.len() <= 100);
        }
        assert_eq!(sessions.account(sessions.key(&unused)), None);
    }

    #[test]
    fn bearer_goes_before_cookie() {
        let mut headers = HeaderMap::new();
        assert_eq!(cookie_token(&headers), None);
        headers.insert(header::COOKIE, "theme=dark; katydid_session=abc".parse().unwrap());
        assert_eq!(cookie_token(&headers), Some("abc"));
        assert_eq!(bearer_token(&headers), None);
        headers.insert(header::AUTHORIZATION, "Bearer xyz".parse().unwrap());
        assert_eq!(bearer_token(&headers), Some("xyz"));
        headers.insert(header::AUTHORIZATION, "Bearer ".parse().unwrap());
        assert_eq!(bearer_token(&headers), None);
    }
}
