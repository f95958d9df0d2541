//! What leaves the machine, by level.

use super::*;
use crate::ids::{MachineId, RecordKey};
use crate::record::{Origin, TokenCounts};
use proptest::prelude::*;

const TOKEN: &str = "ghp_0123456789abcdefghijklmnopqrstuvwxyz";
const LEVELS: [ProjectPrivacy; 4] =
    [ProjectPrivacy::Full, ProjectPrivacy::Name, ProjectPrivacy::Hash, ProjectPrivacy::None];

fn strand(project: &str, branch: &str) -> Arc<Strand> {
    Arc::new(Strand { project: project.into(), branch: branch.into(), session: "s".into(), ..Strand::default() })
}

fn check(projects: ProjectPrivacy, (path, git_branch): (&str, &str), expected: (&str, &str)) {
    let (cleared, is_withheld) = Privacy::new(projects).strand(&strand(path, git_branch));
    assert_eq!((&*cleared.project, &*cleared.branch), expected, "{projects:?}");
    assert!(!is_withheld);
    assert_eq!(&*cleared.session, "s");
}

#[test]
fn each_level_lets_less_through() {
    let texts = ("/home/a/src/api", "feature/x");
    check(ProjectPrivacy::Full, texts, texts);
    check(ProjectPrivacy::Name, texts, ("src/api", "feature/x"));
    check(ProjectPrivacy::Hash, texts, ("#ad4d739d3c08", "#217d2bf51f16"));
    check(ProjectPrivacy::None, texts, ("", ""));
    for projects in LEVELS {
        check(projects, ("", ""), ("", ""));
    }
}

#[test]
fn machines_agree_on_hashes() {
    let hash = |path: &str| Privacy::new(ProjectPrivacy::Hash).strand(&strand(path, "")).0.project.clone();
    assert_eq!(hash("/home/a/src/api"), hash(r"C:\Users\b\src\api"));
    assert_ne!(hash("/home/a/src/api"), hash("/home/a/src/web"));
}

#[test]
fn a_token_never_leaves_and_the_counts_always_do() {
    for projects in LEVELS {
        let mut record = UsageRecord {
            key: RecordKey([1; 16]),
            uuid: Some(CompactId::new(TOKEN)),
            time: None,
            machine: MachineId([2; 16]),
            strand: Arc::new(Strand {
                session: format!("a {TOKEN} b").into(),
                agent: TOKEN.into(),
                version: TOKEN.into(),
                model: TOKEN.into(),
                project: format!("/home/a/{TOKEN}").into(),
                branch: TOKEN.into(),
                speed: TOKEN.into(),
                service_tier: TOKEN.into(),
                inference_geo: TOKEN.into(),
                is_sidechain: true,
            }),
            tokens: TokenCounts { input: 5, ..TokenCounts::default() },
            web_searches: 0,
            is_complete: true,
            origin: Origin::Transcript,
            legacy_until: None,
        };
        assert!(Privacy::new(projects).apply(&mut record));
        assert!(!format!("{record:?}").contains(TOKEN), "{projects:?}");
        assert_eq!(&*record.strand.session, WITHHELD);
        assert_eq!((record.tokens.input, record.strand.is_sidechain), (5, true));
    }
}

#[test]
fn neighbours_go_on_sharing_one_strand() {
    let mut privacy = Privacy::new(ProjectPrivacy::Name);
    let shared = strand("/home/a/src/api", "");
    assert!(Arc::ptr_eq(&privacy.strand(&shared).0, &privacy.strand(&shared).0));
    let short = strand("src/api", "");
    assert!(Arc::ptr_eq(&privacy.strand(&short).0, &short));
}

proptest! {
    #[test]
    fn twice_is_once(path in "(/|#|[a-z]{1,4}|\\\\|C:|[0-9a-f]{12}){0,8}", git_branch in "#?[0-9a-f]{12}|.{0,10}") {
        for projects in LEVELS {
            let mut privacy = Privacy::new(projects);
            let (once, _) = privacy.strand(&strand(&path, &git_branch));
            let (twice, _) = privacy.strand(&once);
            prop_assert_eq!(once, twice);
        }
    }
}
