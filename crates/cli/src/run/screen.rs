//! The view of a run in the terminal: opened, kept up to date, closed; and what its keys do. Draws nothing itself.

use std::future::pending;
use std::sync::Arc;
use std::time::Duration;

use katydid_engine::{RunState, StartRequest};
use katydid_stats::Timestamp;
use katydid_tui::{Command, Figures, Screen, View};
use tokio::sync::mpsc::{self, UnboundedReceiver};
use tokio::time::{Instant, Interval, MissedTickBehavior, interval};

use super::{Run, TARGET};
use crate::signals::Signal;
use crate::worker_facts::workers_and_losses;

/// How often the view is brought up to date.
const DRAW_EVERY: Duration = Duration::from_millis(250);

/// How often figures are reckoned for it: they hardly change faster.
const FIGURES_EVERY: Duration = Duration::from_secs(1);

/// How long an answer to a key is shown.
const NOTICE_FOR: Duration = Duration::from_secs(4);

/// So soon after a key the runner may not yet have heard of it.
const UNHEARD_FOR: Duration = Duration::from_secs(1);

/// The screen with what the run keeps for it.
pub(super) struct LiveScreen {
    screen: Screen,
    commands: UnboundedReceiver<Command>,
    ticks: Interval,
    figures: Arc<Figures>,
    figures_at: Option<Instant>,
    notice: Option<(String, Instant)>,
    /// Users that were last asked for, and when.
    asked: Option<(i64, Instant)>,
}

/// What a screen asks for.
pub(super) enum ScreenEvent {
    /// It is time for a new view.
    Draw,
    /// A key was pressed.
    Command(Command),
}

/// The next event; never without a screen.
pub(super) async fn event_of(screen: &mut Option<LiveScreen>) -> ScreenEvent {
    let Some(screen) = screen else {
        return pending().await;
    };
    tokio::select! {
        Some(command) = screen.commands.recv() => ScreenEvent::Command(command),
        _ = screen.ticks.tick() => ScreenEvent::Draw,
    }
}

impl LiveScreen {
    fn open() -> std::io::Result<Self> {
        let (sender, commands) = mpsc::unbounded_channel();
        // A run that is over has no use for keys.
        let screen = Screen::open(move |command| {
            let _ = sender.send(command);
        })?;
        let mut ticks = interval(DRAW_EVERY);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Skip);
        Ok(Self {
            screen,
            commands,
            ticks,
            figures: Arc::default(),
            figures_at: None,
            notice: None,
            asked: None,
        })
    }

    fn wants_figures(&mut self, now: Instant) -> bool {
        let is_time = self
            .figures_at
            .is_none_or(|at| now.duration_since(at) >= FIGURES_EVERY);
        if is_time {
            self.figures_at = Some(now);
        }
        is_time
    }

    fn say(&mut self, text: String) {
        self.notice = Some((text, Instant::now()));
    }
}

impl Run<'_> {
    /// Opens the view, if there is to be one. The test goes on without it when the terminal cannot be had.
    pub(super) fn open_screen(&mut self) {
        if !self.settings.screen {
            return;
        }
        // What was logged until now is seen before and after the view.
        log::logger().flush();
        match LiveScreen::open() {
            Ok(screen) => self.screen = Some(screen),
            Err(error) => log::error!(target: TARGET, "Failed to open the view in the terminal: {error}"),
        }
    }

    /// Gives the terminal back, with all that was logged until now.
    pub(super) fn close_screen(&mut self) {
        let Some(screen) = self.screen.take() else { return };
        if !self.hurried {
            log::logger().flush();
        }
        drop(screen);
    }

    /// Takes in what the screen asks for; some of it is as good as a signal.
    pub(super) fn take_in(&mut self, event: ScreenEvent) -> Option<Signal> {
        match event {
            ScreenEvent::Draw => self.draw_screen(),
            ScreenEvent::Command(Command::Stop) => return Some(Signal::Interrupt),
            ScreenEvent::Command(Command::ChangeUsers(by)) => {
                self.change_users(by);
                self.draw_screen();
            }
        }
        None
    }

    fn draw_screen(&mut self) {
        let (now, progress) = (Instant::now(), self.progress());
        self.fill_in_present();
        let Some(live) = &mut self.screen else { return };
        let (collector, context) = (&self.parts.collector, &self.parts.report);
        if live.wants_figures(now) {
            live.figures = Arc::new(collector.with(|stats| Figures::of(stats, context, Timestamp::now())));
        }
        let health = collector.health().snapshot();
        let mut view = View::of(context, &progress, health, Arc::clone(&live.figures));
        view.cpu_percent = collector.health().cpu_percent();
        live.notice
            .take_if(|(_, at)| now.duration_since(*at) > NOTICE_FOR);
        view.notice = live.notice.as_ref().map(|(text, _)| text.clone());
        live.screen.show(view);
    }

    /// What the view tells beside figures.
    fn fill_in_present(&mut self) {
        let context = &mut self.parts.report;
        context.state = self.status.borrow().state.to_string();
        context.host = self.settings.host.clone().or(context.host.take());
        if let Some(master) = &self.parts.master {
            (context.workers, context.losses) = workers_and_losses(master);
        }
    }

    /// Starts or stops users, at the rate of the test.
    fn change_users(&mut self, by: i64) {
        let (state, is_led, target, spawn_rate) = {
            let status = self.status.borrow();
            let is_led = self.led_by_shape || status.shape_active;
            (status.state, is_led, status.target_user_count, status.spawn_rate)
        };
        let Some(live) = &mut self.screen else { return };
        if is_led {
            return live.say("The load shape decides how many users there are".to_owned());
        }
        if !matches!(state, RunState::Spawning | RunState::Running) {
            return live.say(format!(
                "The number of users cannot be changed: the test is {state}"
            ));
        }
        let asked = live.asked.filter(|(_, at)| at.elapsed() < UNHEARD_FOR);
        let present = asked.map_or_else(|| i64::try_from(target).unwrap_or(i64::MAX), |(asked, _)| asked);
        let user_count = present.saturating_add(by).max(0);
        live.asked = Some((user_count, Instant::now()));
        live.say(format!("{user_count} users, {spawn_rate} per second"));
        let request = StartRequest {
            user_count,
            spawn_rate,
            user_classes: self.parts.user_classes.clone(),
            only: None,
        };
        let runner = self.parts.runner.clone();
        tokio::spawn(async move {
            if let Err(error) = runner.start(request).await {
                log::warn!(target: TARGET, "Failed to change the number of users: {error}");
            }
        });
    }
}
