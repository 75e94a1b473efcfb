//! What a survey costs, in counts: sessions, requests in flight, requests a host. Never in time.
#![expect(clippy::expect_used, clippy::cast_precision_loss, reason = "a test fails by panicking; counts are small")]

use std::sync::Arc;

use iofilter_certs::machine::{Input, Machine, Misuse, Output};
use iofilter_certs::native::{self, Clock as _, Stop, SystemClock};
use iofilter_certs::request::Look;
use iofilter_certs::survey::{Survey, SurveyEvent};
use iofilter_certs::time::UnixTime;
use iofilter_certs_lab::Scenario;
use iofilter_certs_tests::{World, quick};

/// A survey whose open requests are counted.
struct Counted {
    survey: Survey,
    open: usize,
    most: usize,
    asked: usize,
}

impl Machine for Counted {
    type Request = Look;
    type Event = SurveyEvent;

    fn handle(&mut self, now: UnixTime, input: Input) -> Result<(), Misuse> {
        if matches!(input, Input::Response(..) | Input::Failed(..)) {
            self.open -= 1;
        }
        self.survey.handle(now, input)
    }

    fn poll(&mut self) -> Output<Look, SurveyEvent> {
        let output = self.survey.poll();
        if matches!(output, Output::Request(..)) {
            self.open += 1;
            self.asked += 1;
            self.most = self.most.max(self.open);
        }
        output
    }
}

fn survey(hosts: usize, concurrency: u32) -> Counted {
    let mut world = World::start(Scenario::of_size(hosts));
    world.connection.concurrency = Some(concurrency);
    let job = world.connection.job().expect("the connection is whole");
    let host = Arc::new(world.connection.host(None).expect("the connection is whole"));
    let mut counted = Counted { survey: Survey::new(job, SystemClock.now()), open: 0, most: 0, asked: 0 };
    let stop = Stop::new();
    let work = native::drive(&mut counted, &host, &SystemClock, &stop, |_| Ok::<(), std::convert::Infallible>(()));
    native::run(work).expect("a runtime").expect("it comes to its end");
    assert_eq!(counted.survey.facts().hosts.len(), hosts);
    counted
}

#[test]
fn all_the_allowed_requests_are_in_flight_and_never_more() {
    assert_eq!(survey(150, 64).most, 64);
    assert_eq!(survey(30, 5).most, 5);
}

#[test]
fn requests_grow_linearly_with_the_fleet() {
    let (small, large) = (survey(40, 64).asked, survey(160, 64).asked);
    let (per_small, per_large) = (small as f64 / 40.0, large as f64 / 160.0);
    assert!(per_large <= per_small, "{per_small} requests a host for 40 hosts, {per_large} for 160");
}

#[test]
fn there_is_one_session_for_a_vcenter_and_it_is_ended() {
    let world = World::start(Scenario::of_size(120));
    world.check(&quick());
    let calls = world.lab.calls();
    let count = |method: &str| calls.iter().filter(|call| call.method == method).count();
    assert_eq!((count("Login"), count("Logout")), (1, 1));
}
