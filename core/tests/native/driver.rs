//! The loop: its law kept under answers in any order, a clock that jumps, stops, and a record that fails.

use std::collections::VecDeque;
use std::future::Future;
use std::sync::{Arc, Mutex};

use iofilter_certs::machine::{Input, Machine, Misuse, Output, RequestId};
use iofilter_certs::native::{Clock, DriveError, Perform, Stop, SystemClock, drive, raise_descriptor_limit, run};
use iofilter_certs::request::{Approval, Failure, FailureKind, Response};
use iofilter_certs::time::UnixTime;
use tokio::sync::watch;

type Batch = Vec<Output<u32, u32>>;

/// Hands out one batch of outputs an input, and remembers its inputs.
struct Script {
    batches: VecDeque<Batch>,
    current: VecDeque<Output<u32, u32>>,
    inputs: Vec<(UnixTime, Input)>,
}

impl Script {
    fn new(batches: impl IntoIterator<Item = Batch>) -> Self {
        Self { batches: batches.into_iter().collect(), current: VecDeque::new(), inputs: Vec::new() }
    }

    fn answered(&self) -> Vec<u32> {
        let id = |input: &Input| match input {
            Input::Response(id, _) | Input::Failed(id, _) => Some(id.0),
            Input::Wake | Input::Stop => None,
        };
        self.inputs.iter().filter_map(|(_, input)| id(input)).collect()
    }
}

impl Machine for Script {
    type Request = u32;
    type Event = u32;

    fn handle(&mut self, now: UnixTime, input: Input) -> Result<(), Misuse> {
        if !self.current.is_empty() {
            return Err(Misuse::NotDrained);
        }
        self.inputs.push((now, input));
        self.current = self.batches.pop_front().unwrap().into();
        Ok(())
    }

    fn poll(&mut self) -> Output<u32, u32> {
        self.current.pop_front().unwrap()
    }
}

fn ask(number: u32) -> Output<u32, u32> {
    Output::Request(RequestId(number), number)
}

fn answer(number: u32) -> Response {
    Response::Approval(Approval::Rejected { reason: number.to_string() })
}

/// Answers by a function, and remembers what was performed and recorded, in order.
struct Fake<F> {
    log: Arc<Mutex<Vec<String>>>,
    perform: F,
}

impl<F, R> Perform<u32> for Fake<F>
where
    F: Fn(u32) -> R + Send + Sync + 'static,
    R: Future<Output = Response> + Send,
{
    async fn perform(&self, number: u32) -> Result<Response, Failure> {
        self.log.lock().unwrap().push(format!("perform {number}"));
        Ok((self.perform)(number).await)
    }
}

fn fake<F>(perform: F) -> (Arc<Fake<F>>, Arc<Mutex<Vec<String>>>) {
    let log = Arc::new(Mutex::new(Vec::new()));
    (Arc::new(Fake { log: Arc::clone(&log), perform }), log)
}

/// Records in memory that cannot fail.
fn ignore(events: Vec<u32>) -> Result<(), std::num::TryFromIntError> {
    events.into_iter().try_for_each(|event| usize::try_from(event).map(|_| ()))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_requests_are_out_at_once_and_answers_come_in_any_order() {
    const COUNT: u32 = 100;
    // Request n ends only after request n + 1 has, so all must be out before the first can end.
    let (ended, _) = watch::channel(COUNT);
    let ended = Arc::new(ended);
    let (host, _) = fake(move |number| {
        let ended = Arc::clone(&ended);
        async move {
            ended.subscribe().wait_for(|last| *last == number + 1).await.unwrap();
            ended.send_replace(number);
            answer(number)
        }
    });
    let first = (0..COUNT).map(ask).chain([Output::Wait(None)]).collect();
    let rest = (1..COUNT).map(|_| vec![Output::Wait(None)]);
    let mut script = Script::new([first].into_iter().chain(rest).chain([vec![Output::Done]]));
    drive(&mut script, &host, &SystemClock, &Stop::new(), ignore).await.unwrap();
    let mut answered = script.answered();
    answered.sort_unstable();
    assert_eq!(answered, (0..COUNT).collect::<Vec<_>>());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_event_is_recorded_before_the_requests_after_it_are_performed() {
    let (host, log) = fake(|number| async move { answer(number) });
    let first = (1..=50).flat_map(|number| [Output::Event(number), ask(number)]).chain([Output::Wait(None)]).collect();
    let rest = (1..50).map(|_| vec![Output::Wait(None)]);
    let mut script = Script::new([first].into_iter().chain(rest).chain([vec![Output::Done]]));
    let record = |numbers: Vec<u32>| {
        log.lock().unwrap().extend(numbers.iter().map(|number| format!("record {number}")));
        Ok::<(), String>(())
    };
    drive(&mut script, &host, &SystemClock, &Stop::new(), record).await.unwrap();
    let log = log.lock().unwrap();
    let place = |line: String| log.iter().position(|other| *other == line).unwrap();
    for number in 1..=50 {
        assert!(place(format!("record {number}")) < place(format!("perform {number}")));
    }
}

#[tokio::test]
async fn nothing_is_performed_after_a_record_that_failed_and_what_was_out_ends() {
    let finished = Arc::new(Mutex::new(0));
    let count = Arc::clone(&finished);
    let (host, log) = fake(move |number| {
        let count = Arc::clone(&count);
        async move {
            tokio::task::yield_now().await;
            *count.lock().unwrap() += 1;
            answer(number)
        }
    });
    let mut script = Script::new([vec![Output::Event(1), ask(1), Output::Event(2), ask(2), Output::Wait(None)]]);
    let record = |numbers: Vec<u32>| if numbers.contains(&2) { Err("the disk is full") } else { Ok(()) };
    let error = drive(&mut script, &host, &SystemClock, &Stop::new(), record).await.unwrap_err();
    assert!(matches!(error, DriveError::Record("the disk is full")));
    assert_eq!(*log.lock().unwrap(), ["perform 1"]);
    assert_eq!(*finished.lock().unwrap(), 1);
}

/// A clock whose sleep takes no time.
struct Jump(Mutex<i64>);

impl Clock for Jump {
    fn now(&self) -> UnixTime {
        UnixTime(*self.0.lock().unwrap())
    }

    async fn sleep_until(&self, until: UnixTime) {
        *self.0.lock().unwrap() = until.0;
    }
}

#[tokio::test]
async fn the_machine_is_woken_when_its_time_has_come() {
    let (host, _) = fake(|number| async move { answer(number) });
    let batches =
        [vec![Output::Wait(Some(UnixTime(3_600)))], vec![Output::Wait(Some(UnixTime(7_200)))], vec![Output::Done]];
    let mut script = Script::new(batches);
    drive(&mut script, &host, &Jump(Mutex::new(0)), &Stop::new(), ignore).await.unwrap();
    let woken: Vec<_> = script.inputs.into_iter().collect();
    assert_eq!(woken, [0, 3_600, 7_200].map(|seconds| (UnixTime(seconds), Input::Wake)));
}

#[tokio::test]
async fn a_time_that_has_come_already_is_a_moment_and_an_answer_may_come_within_it() {
    let (host, _) = fake(|number| async move { answer(number) });
    let now = || Output::Wait(Some(UnixTime(0)));
    let mut script = Script::new([vec![ask(1), now()], vec![now()], vec![Output::Done]]);
    drive(&mut script, &host, &Jump(Mutex::new(0)), &Stop::new(), ignore).await.unwrap();
    assert_eq!(script.answered(), [1]);
    assert_eq!(script.inputs.last(), Some(&(UnixTime(0), Input::Wake)), "no clock had to go on for it");
}

#[tokio::test]
async fn the_first_stop_is_the_machines_and_the_second_breaks_off() {
    let stop = Stop::new();
    let heard = stop.clone();
    let (host, _) = fake(move |number| {
        heard.ask();
        async move { if number == 1 { answer(number) } else { std::future::pending().await } }
    });
    // Stopped once while request 1 is out; the answer and the stop may come in either order.
    let wait = || vec![Output::Wait(None)];
    let mut script = Script::new([vec![ask(1), Output::Wait(None)], wait(), vec![Output::Done]]);
    drive(&mut script, &host, &SystemClock, &stop, ignore).await.unwrap();
    assert_eq!(script.inputs.iter().filter(|(_, input)| *input == Input::Stop).count(), 1);
    let mut script = Script::new([vec![ask(2), Output::Wait(None)], wait()]);
    let error = drive(&mut script, &host, &SystemClock, &stop, ignore).await.unwrap_err();
    assert!(matches!(error, DriveError::Abandoned(1)), "{error}");
}

/// Odd numbers are only asked, and nobody answers; even ones change something.
struct Asking(Arc<Mutex<Vec<u32>>>);

impl Perform<u32> for Asking {
    async fn perform(&self, number: u32) -> Result<Response, Failure> {
        if number % 2 == 1 {
            std::future::pending::<()>().await;
        }
        tokio::task::yield_now().await;
        self.0.lock().unwrap().push(number);
        Ok(answer(number))
    }

    fn can_be_broken_off(&self, number: &u32) -> bool {
        number % 2 == 1
    }
}

#[tokio::test]
async fn when_nothing_can_be_recorded_a_change_is_let_end_and_nobody_is_waited_for_who_is_only_asked() {
    let ended = Arc::new(Mutex::new(Vec::new()));
    let host = Arc::new(Asking(Arc::clone(&ended)));
    let mut script = Script::new([vec![ask(1), ask(2), Output::Event(7), Output::Wait(None)]]);
    let full = |_| Err(FailureKind::Denied);
    let error = drive(&mut script, &host, &SystemClock, &Stop::new(), full).await.unwrap_err();
    assert!(matches!(error, DriveError::Record(FailureKind::Denied)));
    assert_eq!(*ended.lock().unwrap(), [2]);
}

#[tokio::test]
async fn a_mistake_inside_a_request_is_an_unknown_outcome_and_not_a_hang() {
    let (host, _) = fake(|number| async move { if number == 1 { panic!("a mistake") } else { answer(number) } });
    let mut script = Script::new([vec![ask(1), Output::Wait(None)], vec![Output::Done]]);
    drive(&mut script, &host, &SystemClock, &Stop::new(), ignore).await.unwrap();
    let last = script.inputs.pop().unwrap().1;
    assert!(matches!(last, Input::Failed(RequestId(1), Failure { kind: FailureKind::OutcomeUnknown, .. })), "{last:?}");
}

#[tokio::test]
async fn a_machine_that_waits_for_nothing_is_a_mistake_and_not_a_hang() {
    let (host, _) = fake(|number| async move { answer(number) });
    let mut script = Script::new([vec![Output::Wait(None)]]);
    let error = drive(&mut script, &host, &SystemClock, &Stop::new(), ignore).await.unwrap_err();
    assert!(matches!(error, DriveError::WaitsForNothing));
}

#[test]
fn a_runtime_is_made_for_each_call() {
    for number in 1..=2 {
        let (host, log) = fake(|number| async move { answer(number) });
        let mut script = Script::new([vec![ask(number), Output::Wait(None)], vec![Output::Done]]);
        run(drive(&mut script, &host, &SystemClock, &Stop::new(), ignore)).unwrap().unwrap();
        assert_eq!(log.lock().unwrap().len(), 1);
    }
}

#[test]
fn room_is_made_for_as_many_connections_as_are_wanted_and_no_more_is_promised() {
    assert_eq!(raise_descriptor_limit(10), 10);
    let most = raise_descriptor_limit(u32::MAX);
    assert!(most >= 10);
    assert_eq!(raise_descriptor_limit(u32::MAX), most, "asking again changes nothing");
}
