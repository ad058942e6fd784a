//! Who of two is the DTLS client: agreed with the first offer and answer, and kept (RFC 8842, section 5.2).
//!
//! Browsers make every offer with `actpass`, which lets the other side choose again. A Firefox that has rolled its own
//! offer back (seen with ESR 153) then chooses the other role than the one it has, and the answer is refused. So what is sent
//! names the role that stands, and leaves nothing to choose.

/// One side's role (`a=setup`, RFC 4145).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DtlsRole {
    /// It opens the association.
    Active,
    /// It waits for that.
    Passive,
}

const OPEN: &str = "a=setup:actpass";
const ACTIVE: &str = "a=setup:active";
const PASSIVE: &str = "a=setup:passive";

impl DtlsRole {
    /// What the sender of an answer has chosen.
    pub fn in_answer(sdp: &str) -> Option<Self> {
        sdp.lines().find_map(|line| match line {
            ACTIVE => Some(Self::Active),
            PASSIVE => Some(Self::Passive),
            _ => None,
        })
    }

    /// The other side's.
    pub fn opposite(self) -> Self {
        match self {
            Self::Active => Self::Passive,
            Self::Passive => Self::Active,
        }
    }

    /// An offer whose sender has this role.
    pub fn named_in(self, offer: &str) -> String {
        let named = match self {
            Self::Active => ACTIVE,
            Self::Passive => PASSIVE,
        };
        offer.replace(OPEN, named)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_says_its_senders_role_and_an_offer_of_actpass_none() {
        assert_eq!(DtlsRole::in_answer("v=0\r\na=setup:active\r\n"), Some(DtlsRole::Active));
        assert_eq!(DtlsRole::in_answer("v=0\r\na=setup:passive\r\n"), Some(DtlsRole::Passive));
        assert_eq!(DtlsRole::in_answer("v=0\r\na=setup:actpass\r\n"), None);
    }

    #[test]
    fn every_section_of_an_offer_names_the_role() {
        let offer = "m=audio\r\na=setup:actpass\r\nm=video\r\na=setup:actpass\r\n";
        let named = "m=audio\r\na=setup:passive\r\nm=video\r\na=setup:passive\r\n";
        assert_eq!(DtlsRole::Active.opposite().named_in(offer), named);
    }
}
