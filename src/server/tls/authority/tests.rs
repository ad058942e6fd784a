use std::fs;
use std::net::Ipv4Addr;
use std::os::unix::fs::PermissionsExt;

use super::*;

#[test]
fn it_vouches_for_private_names_and_the_public_one_and_for_nobody_elses() {
    let folder = Folder::new("limited");
    let authority = authority(&folder, Some("call.example")).unwrap();
    for name in ["localhost", "127.0.0.1", "::1", "192.168.7.7", "10.1.2.3", "fd00::1", "desk.local", "call.example"] {
        assert!(authority.may_vouch_for(name), "{name}");
    }
    for name in ["bank.example", "example", "1.1.1.1", "172.32.0.1", "2001:db8::1", "localhost.example"] {
        assert!(!authority.may_vouch_for(name), "{name}");
    }
}

#[test]
fn it_makes_no_other_authorities() {
    let folder = Folder::new("depth");
    let authority = authority(&folder, None).unwrap();
    // BasicConstraints: an authority, with none below it. Browsers heed that; webpki does not in what it trusts.
    let constrained = [0x30, 0x06, 0x01, 0x01, 0xff, 0x02, 0x01, 0x00];
    assert!(authority.certificate.windows(constrained.len()).any(|bytes| bytes == constrained));
}

#[test]
fn it_is_made_once_and_its_key_is_for_its_owner_alone() {
    let folder = Folder::new("once");
    let first = authority(&folder, None).unwrap();
    let second = authority(&folder, None).unwrap();
    assert_eq!((first.fingerprint(), first.certificate_pem()), (second.fingerprint(), second.certificate_pem()));
    second.issue().unwrap();
    let mode = fs::metadata(folder.0.join(FILE)).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
}

#[test]
fn what_is_damaged_or_of_another_name_is_said_and_not_replaced() {
    let folder = Folder::new("damaged");
    authority(&folder, Some("call.example")).unwrap().issue().unwrap();
    let elsewhere = authority(&folder, Some("talk.example")).unwrap().issue().unwrap_err().to_string();
    assert!(elsewhere.contains("talk.example") && elsewhere.contains(FILE), "{elsewhere}");
    let other = create(&[]).unwrap();
    let certificate = fs::read_to_string(folder.0.join(FILE)).unwrap();
    let (certificate, _) = certificate.split_once("-----BEGIN PRIVATE").unwrap();
    let (_, key) = other.split_once("-----BEGIN PRIVATE").unwrap();
    fs::write(folder.0.join(FILE), format!("{certificate}-----BEGIN PRIVATE{key}")).unwrap();
    let mixed = authority(&folder, None).unwrap().issue().unwrap_err().to_string();
    assert!(mixed.contains("damaged"), "{mixed}");
    fs::write(folder.0.join(FILE), "nothing").unwrap();
    assert!(authority(&folder, None).unwrap_err().to_string().contains("damaged"));
}

#[test]
fn a_certificate_is_replaced_a_month_before_its_end() {
    let folder = Folder::new("due");
    let authority = authority(&folder, None).unwrap();
    authority.issue().unwrap();
    assert!(!authority.is_due());
    authority.issued().at -= ISSUE_AGAIN_AFTER + DAY;
    assert!(authority.is_due());
    authority.issue().unwrap();
    assert!(!authority.is_due());
    authority.issued().names.pop();
    assert!(authority.is_due(), "the server has another address");
}

fn authority(folder: &Folder, public_host: Option<&str>) -> Result<Authority, CertificateError> {
    Authority::load_or_create(&folder.0, Ipv4Addr::LOCALHOST.into(), public_host.map(str::to_owned))
}

struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        Self(std::env::temp_dir().join(format!("confab-authority-{name}-{}", std::process::id())))
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}
