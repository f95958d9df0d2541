//! When there was work and how much: a rhythm of weeks and years, growth over eighteen months, and a busy present.

use std::ops::RangeInclusive;

use ccu_core::time::UtcMillis;
use jiff::civil::{Date, Weekday};
use jiff::tz::TimeZone;

use super::cast::{DemoMachine, Project, project_on};
use super::era::{Role, has_foreign_model};
use super::random::Random;

/// The days before today that have data: eighteen months.
const N_DAYS: i64 = 548;
/// In the last days before today there are no holidays: an empty week shows nothing.
const N_LATEST_DAYS: i64 = 10;
/// Responses on an ordinary working day, at first and at last.
const LEAST_RESPONSES: u64 = 26;
const MOST_RESPONSES: u64 = 54;
/// How many days ago the old laptop was replaced.
const LAPTOP_REPLACED: i64 = 310;
/// How many days ago the build server got its first job, and its first one for another vendor.
const BUILD_SERVER_BEGAN: i64 = 420;
const FOREIGN_BEGAN: i64 = 200;

const MINUTE_MS: i64 = 60_000;
const HOUR_MS: i64 = 60 * MINUTE_MS;
const DAY_MS: i64 = 24 * HOUR_MS;
/// How long ago the present sitting began.
const PRESENT_MS: i64 = 200 * MINUTE_MS;

/// How often work begins in each hour of the day, in UTC.
const HOURS: [u64; 24] = [0, 0, 0, 0, 0, 0, 0, 2, 7, 10, 9, 6, 3, 8, 9, 8, 6, 3, 1, 1, 2, 2, 1, 0];

/// Something that happens to a few sessions only.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Oddity {
    /// The session is taken up in a new one, whose transcript begins with the old lines.
    Fork,
    /// A response without a time.
    Undated,
    /// A line that was cut off.
    CutLine,
}

/// What happens to the first session at the workstation not longer ago than so many days; oldest first.
const ODDITIES: &[(i64, Oddity)] = &[
    (410, Oddity::Fork),
    (260, Oddity::Fork),
    (150, Oddity::CutLine),
    (95, Oddity::Undated),
    (60, Oddity::Fork),
    (12, Oddity::Fork),
];

/// What a session is to be.
#[derive(Debug, Clone)]
pub(super) struct SessionPlan {
    /// Where.
    pub machine: DemoMachine,
    /// What is worked on.
    pub project: &'static Project,
    /// What its model is chosen for.
    pub role: Role,
    /// Its day, UTC.
    pub day: Date,
    /// How far the growth over the eighteen months had come: 0 to 100.
    pub growth_percent: u64,
    /// When it begins.
    pub start: UtcMillis,
    /// Nothing in it happens after this.
    pub limit: UtcMillis,
    /// Responses, if there is time for them.
    pub n_responses: u64,
    /// What happens to it beside.
    pub oddity: Option<Oddity>,
    /// What makes its random numbers its own.
    pub seed: [i64; 3],
}

/// All sessions up to `today`, oldest day first. A day's sessions stay nearly the same from one `today` to the next.
pub(super) fn sessions(today: UtcMillis) -> Vec<SessionPlan> {
    let present = Present::of(today);
    let mut oddities = ODDITIES.iter().copied().peekable();
    let mut plans = Vec::new();
    for days_ago in (0..N_DAYS).rev() {
        let first_of_day = plans.len();
        let day = Day::of(today, days_ago);
        day.plan_work(&mut plans, present.quiet_from);
        day.plan_night_jobs(&mut plans, present.quiet_from);
        number(&mut plans[first_of_day..]);
        let own = plans[first_of_day..].iter_mut().find(|plan| plan.machine == DemoMachine::Workstation);
        if let Some(plan) = own {
            plan.oddity = oddities.next_if(|&(due, _)| days_ago <= due).map(|(_, oddity)| oddity);
        }
    }
    let n_past = plans.len();
    present.plan(&mut plans, today);
    number(&mut plans[n_past..]);
    plans
}

/// Gives the sessions of a day different random numbers.
fn number(plans: &mut [SessionPlan]) {
    for (plan, number) in plans.iter_mut().zip(0..) {
        plan.seed[1] = number;
    }
}

/// The sitting that is still going on. A pause of five hours before it makes sure that it has a block of its own, which
/// is not over yet: a block ends five hours after the full hour in which it begins.
struct Present {
    start: UtcMillis,
    quiet_from: UtcMillis,
}

impl Present {
    fn of(today: UtcMillis) -> Present {
        let start = UtcMillis(today.0 - PRESENT_MS);
        let full_hour = start.0 - start.0.rem_euclid(HOUR_MS);
        Present { start, quiet_from: UtcMillis(full_hour - 5 * HOUR_MS) }
    }

    /// Two sessions that ended and one that goes on, on two machines.
    fn plan(&self, plans: &mut Vec<SessionPlan>, today: UtcMillis) {
        let day = Day::of(today, 0);
        let mut random = Random::of([day.number, 3, 0]);
        for (machine, minutes, n_responses) in
            [(DemoMachine::Workstation, 0, 14), (DemoMachine::Laptop, 70, 8), (DemoMachine::Workstation, 105, 200)]
        {
            let start = UtcMillis(self.start.0 + minutes * MINUTE_MS);
            let plan = day.session(machine, start..=today, &mut random);
            plans.push(SessionPlan { n_responses, seed: [day.number, 0, 5], ..plan });
        }
    }
}

/// A day with work, or without.
struct Day {
    /// Days since 1970-01-01.
    number: i64,
    date: Date,
    days_ago: i64,
    growth_percent: u64,
}

impl Day {
    fn of(today: UtcMillis, days_ago: i64) -> Day {
        let number = today.0.div_euclid(DAY_MS) - days_ago;
        let date = UtcMillis(number * DAY_MS).timestamp().to_zoned(TimeZone::UTC).date();
        Day { number, date, days_ago, growth_percent: ((N_DAYS - days_ago) * 100 / N_DAYS).cast_unsigned() }
    }

    fn at(&self, millis: i64) -> UtcMillis {
        UtcMillis(self.number * DAY_MS + millis)
    }

    fn is_weekend(&self) -> bool {
        matches!(self.date.weekday(), Weekday::Saturday | Weekday::Sunday)
    }

    fn is_latest(&self) -> bool {
        self.days_ago < N_LATEST_DAYS
    }

    /// The turn of the year, some days of spring, the first of May and two weeks of August.
    fn is_holiday(&self) -> bool {
        let (month, day) = (self.date.month(), self.date.day());
        match month {
            1 => day == 1,
            4 => (10..=14).contains(&day),
            5 => day == 1,
            8 => (8..=21).contains(&day),
            12 => day >= 24,
            _ => false,
        }
    }

    /// The number of responses of the day.
    fn workload(&self, random: &mut Random) -> u64 {
        let usual = LEAST_RESPONSES + (MOST_RESPONSES - LEAST_RESPONSES) * self.growth_percent / 100;
        let share = match (self.is_weekend(), self.is_holiday() && !self.is_latest()) {
            (_, true) => 0,
            (true, false) if self.is_latest() || random.chance(480) => random.between(15, 60),
            (true, false) => 0,
            // Ill, or at a conference.
            (false, false) if random.chance(25) && !self.is_latest() => 0,
            (false, false) => random.between(55, 165),
        };
        usual * share / 100
    }

    fn plan_work(&self, plans: &mut Vec<SessionPlan>, until: UtcMillis) {
        let mut random = Random::of([self.number, 1, 0]);
        let mut left = self.workload(&mut random);
        while left > 0 {
            let n_responses = random.between(8, 40).min(left);
            left -= n_responses;
            let hour = random.weighted(HOURS.into_iter()) as i64;
            let start = self.at(hour * HOUR_MS + random.seconds(0, 3_599));
            let machine = self.machine(&mut random);
            if start < until {
                plans.push(SessionPlan { n_responses, ..self.session(machine, start..=until, &mut random) });
            }
        }
    }

    /// The build server's jobs, each before a working day.
    fn plan_night_jobs(&self, plans: &mut Vec<SessionPlan>, until: UtcMillis) {
        let mut random = Random::of([self.number, 2, 0]);
        let has_foreign_job = self.days_ago <= FOREIGN_BEGAN && has_foreign_model(self.date);
        let jobs = [
            (Role::Routine, 2 * HOUR_MS, self.days_ago <= BUILD_SERVER_BEGAN),
            (
                Role::Foreign,
                4 * HOUR_MS,
                has_foreign_job && matches!(self.date.weekday(), Weekday::Tuesday | Weekday::Thursday),
            ),
        ];
        for (role, time, is_due) in jobs {
            let start = self.at(time + random.seconds(0, 600));
            let n_responses = random.between(3, 8);
            if is_due && !self.is_weekend() && start < until {
                let plan = self.session(DemoMachine::BuildServer, start..=until, &mut random);
                plans.push(SessionPlan { role, n_responses, ..plan });
            }
        }
    }

    fn machine(&self, random: &mut Random) -> DemoMachine {
        let per_mille_away = match self.date.weekday() {
            Weekday::Saturday | Weekday::Sunday => 850,
            Weekday::Wednesday => 700,
            _ => 150,
        };
        match (random.chance(per_mille_away), self.days_ago > LAPTOP_REPLACED) {
            (true, true) => DemoMachine::OldLaptop,
            (true, false) => DemoMachine::Laptop,
            (false, _) => DemoMachine::Workstation,
        }
    }

    fn session(&self, machine: DemoMachine, time: RangeInclusive<UtcMillis>, random: &mut Random) -> SessionPlan {
        SessionPlan {
            machine,
            project: project_on(self.days_ago, random),
            role: Role::Lead,
            day: self.date,
            growth_percent: self.growth_percent,
            start: *time.start(),
            limit: *time.end(),
            n_responses: 0,
            oddity: None,
            seed: [self.number, 0, 4],
        }
    }
}
