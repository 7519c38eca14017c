//! From an event to what it asks for: jobs to do and jobs to stop. Pure.
//!
//! Drafts become jobs too: whether they are tested is said by the repository's `jittest.toml`, which only a worker
//! reads; a draft that isn't tested ends there, and nothing is shown of it.

use crate::command;
use crate::domain::{CommitSha, DeliveryId, Event, JobKind, NewJob, Plan, Stop, StopReason, Subject, limits};

/// What an event asks for. The jobs are named after the delivery, so that the same delivery never asks twice.
pub fn plan(event: &Event, delivery: &DeliveryId) -> Plan {
    match event {
        Event::PullRequestChanged { subject, pull, head, .. } => {
            Plan::to_test(delivery.as_str(), subject, *pull, Some(head.clone()), false)
        }
        Event::PullRequestClosed { subject, pull } => Plan {
            stops: vec![Stop::Pull { subject: subject.clone(), pull: *pull, reason: StopReason::Closed }],
            jobs: Vec::new(),
        },
        Event::DescriptionOverwritten { subject, pull, sender, lost, by } => {
            let kind = JobKind::Restore { sender: sender.clone(), lost: lost.clone(), by: by.clone() };
            one(NewJob { dedupe: dedupe(delivery, *pull), subject: subject.clone(), pull: Some(*pull), kind })
        }
        Event::Commented { subject, pull, comment, author, by_bot, body } => {
            if *by_bot || body.len() > limits::COMMENT_BYTES || !command::is_addressed(body) {
                return Plan::default();
            }
            let kind = JobKind::Command { body: body.clone(), comment: *comment, author: author.clone() };
            one(NewJob { dedupe: dedupe(delivery, *pull), subject: subject.clone(), pull: Some(*pull), kind })
        }
        Event::ButtonPressed { subject, external_id, head, button, sender, pulls, .. } => {
            let kind = JobKind::Button {
                button: button.clone(),
                sender: sender.clone(),
                head: head.clone(),
                check: external_id.clone(),
            };
            let pull = only(pulls);
            one(NewJob { dedupe: dedupe(delivery, 0), subject: subject.clone(), pull, kind })
        }
        Event::RerunRequested { subject, head, pulls, .. } => rerun(delivery, subject, head, pulls),
        Event::InstallationChanged { installation, change, lost } => {
            Plan { stops: lost_places(*installation, change, lost), jobs: Vec::new() }
        }
        Event::Ping | Event::Ignored => Plan::default(),
    }
}

/// A test of each pull request that the forge names; where it names none (forks), a worker looks them up by the head.
fn rerun(delivery: &DeliveryId, subject: &Subject, head: &CommitSha, pulls: &[u64]) -> Plan {
    if pulls.is_empty() {
        let kind = JobKind::Test { head: Some(head.clone()), asked: true };
        return one(NewJob { dedupe: dedupe(delivery, 0), subject: subject.clone(), pull: None, kind });
    }
    let mut plan = Plan::default();
    for pull in pulls {
        let of_pull = Plan::to_test(delivery.as_str(), subject, *pull, Some(head.clone()), true);
        plan.stops.extend(of_pull.stops);
        plan.jobs.extend(of_pull.jobs);
    }
    plan
}

fn lost_places(installation: u64, change: &str, lost: &[String]) -> Vec<Stop> {
    if lost.is_empty() && matches!(change, "deleted" | "suspend") {
        return vec![Stop::Installation(installation)];
    }
    lost.iter().map(|full_name| Stop::Repository { installation, full_name: full_name.clone() }).collect()
}

fn one(job: NewJob) -> Plan {
    Plan { stops: Vec::new(), jobs: vec![job] }
}

fn only(pulls: &[u64]) -> Option<u64> {
    match pulls {
        [pull] => Some(*pull),
        _ => None,
    }
}

fn dedupe(delivery: &DeliveryId, pull: u64) -> String {
    format!("{delivery}:{pull}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::ChangeReason;

    fn subject() -> Subject {
        Subject { installation: 7, owner: "octo".to_owned(), name: "shop".to_owned() }
    }

    fn head() -> CommitSha {
        CommitSha::parse(&"a".repeat(40)).unwrap()
    }

    fn planned(event: &Event) -> Plan {
        plan(event, &DeliveryId::new("d1"))
    }

    fn comment(body: &str, by_bot: bool) -> Event {
        let (subject, author, body) = (subject(), "ann".to_owned(), body.to_owned());
        Event::Commented { subject, pull: 3, comment: 9, author, by_bot, body }
    }

    #[test]
    fn a_new_head_supersedes_the_older_jobs_of_its_pull_request_and_is_tested() {
        let plan = planned(&Event::PullRequestChanged {
            subject: subject(),
            pull: 3,
            head: head(),
            draft: false,
            reason: ChangeReason::Pushed,
        });
        assert_eq!(plan.stops, [Stop::Pull { subject: subject(), pull: 3, reason: StopReason::Superseded }]);
        assert_eq!(plan.jobs.len(), 1);
        assert_eq!(plan.jobs[0].kind, JobKind::Test { head: Some(head()), asked: false });
    }

    #[test]
    fn a_closed_pull_request_only_stops() {
        let plan = planned(&Event::PullRequestClosed { subject: subject(), pull: 3 });
        assert_eq!(plan.stops, [Stop::Pull { subject: subject(), pull: 3, reason: StopReason::Closed }]);
        assert!(plan.jobs.is_empty());
    }

    #[test]
    fn a_comment_asks_for_something_only_if_a_person_speaks_to_us() {
        assert_eq!(planned(&comment("/jittest run", false)).jobs.len(), 1);
        assert_eq!(planned(&comment("looks good", false)), Plan::default());
        assert_eq!(planned(&comment("/jittest run", true)), Plan::default());
    }

    #[test]
    fn a_rerun_of_a_fork_is_looked_up_by_its_head() {
        let rerun = |pulls| Event::RerunRequested {
            subject: subject(),
            head: head(),
            external_id: None,
            sender: "ann".to_owned(),
            pulls,
        };
        let plan = planned(&rerun(Vec::new()));
        assert_eq!(plan.jobs.iter().map(|job| job.pull).collect::<Vec<_>>(), [None]);
        let plan = planned(&rerun(vec![3, 4]));
        assert_eq!(plan.jobs.iter().map(|job| job.pull).collect::<Vec<_>>(), [Some(3), Some(4)]);
        assert_ne!(plan.jobs[0].dedupe, plan.jobs[1].dedupe);
    }

    #[test]
    fn a_lost_installation_stops_all_and_a_lost_repository_only_its_own() {
        let changed = |change: &str, lost: Vec<String>| Event::InstallationChanged {
            installation: 7,
            change: change.to_owned(),
            lost,
        };
        assert_eq!(planned(&changed("deleted", Vec::new())).stops, [Stop::Installation(7)]);
        assert_eq!(planned(&changed("added", Vec::new())).stops, []);
        let full_name = "octo/shop".to_owned();
        assert_eq!(
            planned(&changed("removed", vec![full_name.clone()])).stops,
            [Stop::Repository { installation: 7, full_name }]
        );
    }
}
