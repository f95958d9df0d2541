//! The activity of machines: usage by local day, and by weekday and hour, as calendars and heat maps draw it.

use jiff::civil::Date;
use jiff::tz::TimeZone;

use super::calendar::{AskedHours, LocalHour, LocalHours};
use super::counted::Contexts;
use super::tally::Tally;
use super::{Filter, Usage, UsageCatalog};
use crate::ids::MachineId;
use crate::pricing::PriceTable;
use crate::rollup::UsageEntry;

const HOURS_PER_DAY: usize = 24;
const DAYS_PER_WEEK: usize = 7;

/// Which activity is asked for. Dates are local to `zone` and inclusive.
#[derive(Debug, Clone)]
pub struct ActivityRequest {
    /// The zone whose clock parts days and hours.
    pub zone: TimeZone,
    /// The first day counted.
    pub since: Option<Date>,
    /// The last day counted.
    pub until: Option<Date>,
    /// Which entries count at all.
    pub filter: Filter,
}

impl ActivityRequest {
    /// The UTC days outside of which no entry can be asked for, as [`super::utc_day_range`] gives them.
    pub fn utc_day_range(&self) -> (Option<i32>, Option<i32>) {
        AskedHours::between(self.since, self.until).utc_days()
    }
}

/// Usage by day, and by hour of the week. Both add up to the same; undated usage is in neither.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ActivityMap {
    /// The local days with usage, oldest first.
    pub days: Vec<(Date, Usage)>,
    /// By weekday, Monday first, and hour of the local clock. The hour that comes twice where a clock is set back is one.
    pub hours: [[Usage; HOURS_PER_DAY]; DAYS_PER_WEEK],
}

/// The activity of one machine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MachineActivity {
    /// The machine.
    pub machine: MachineId,
    /// Its usage.
    pub map: ActivityMap,
}

/// The activity of all machines.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Activity {
    /// The machines with dated usage, sorted by id.
    pub machines: Vec<MachineActivity>,
    /// All machines together.
    pub all: ActivityMap,
}

/// Takes roll-up entries in any order and gives an [`Activity`].
pub struct ActivityBuilder<'a> {
    contexts: Contexts<'a>,
    /// By context.
    is_kept: Vec<bool>,
    asked_hours: AskedHours,
    local_hours: LocalHours,
    /// By local hour and machine.
    tally: Tally<LocalHour>,
    /// The row of the hour that the last entry was in.
    last_row: Option<u32>,
}

impl<'a> ActivityBuilder<'a> {
    /// No activity yet. The catalog must name every context that entries will refer to.
    pub fn new(request: &ActivityRequest, catalog: &'a UsageCatalog, prices: &'a PriceTable) -> Self {
        let contexts = Contexts::new(catalog, prices);
        ActivityBuilder {
            is_kept: contexts.kept_by(&request.filter),
            asked_hours: AskedHours::between(request.since, request.until),
            local_hours: LocalHours::new(&request.zone),
            tally: Tally::new(contexts.machines.len()),
            last_row: None,
            contexts,
        }
    }

    /// Adds one entry, if it is dated and asked for.
    pub fn add(&mut self, entry: &UsageEntry) {
        let context = *self.contexts.counted(entry.key.context);
        let Some(slot) = entry.key.slot.filter(|_| self.is_kept[context.number as usize]) else { return };
        let hour = self.local_hours.hour_of(slot.start());
        if !self.asked_hours.holds(Some(hour)) {
            return;
        }
        let row = self.tally.row_number(hour, self.last_row);
        self.last_row = Some(row);
        let cost = self.contexts.cost_of(context, entry);
        self.tally.cell(row, context.names.machine).add(&entry.sums, cost);
    }

    /// Adds up what was added.
    pub fn finish(self) -> Activity {
        let mut rows: Vec<(LocalHour, u32)> = (0..self.tally.n_rows()).map(|row| (self.tally.key(row), row)).collect();
        rows.sort_unstable();
        let mut all = ActivityMap::default();
        let mut machines: Vec<Option<MachineActivity>> = vec![None; self.contexts.machines.len()];
        for (hour, row) in rows {
            let place = Place::of(hour);
            for cell in self.tally.cells(row) {
                let machine = cell.column as usize;
                let activity = machines[machine].get_or_insert_with(|| MachineActivity {
                    machine: self.contexts.machines[machine],
                    map: ActivityMap::default(),
                });
                activity.map.add(place, &cell.usage);
                all.add(place, &cell.usage);
            }
        }
        Activity { machines: machines.into_iter().flatten().collect(), all }
    }
}

/// Where in a map a local hour stands.
#[derive(Debug, Clone, Copy)]
struct Place {
    date: Date,
    weekday_idx: usize,
    hour_idx: usize,
}

impl Place {
    fn of(hour: LocalHour) -> Place {
        let date = hour.day().date();
        Place {
            date,
            weekday_idx: date.weekday().to_monday_zero_offset().unsigned_abs().into(),
            hour_idx: hour.of_day().unsigned_abs().into(),
        }
    }
}

impl ActivityMap {
    /// Adds usage that is no older than what was added before.
    fn add(&mut self, place: Place, usage: &Usage) {
        match self.days.last_mut() {
            Some((date, sum)) if *date == place.date => sum.add(usage),
            _ => self.days.push((place.date, *usage)),
        }
        self.hours[place.weekday_idx][place.hour_idx].add(usage);
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixture::{Response, activity_on, at, date, roll_up, undated, zone};
    use super::*;

    fn activity(request: &ActivityRequest, responses: &[Response]) -> Activity {
        activity_on(request, &roll_up(responses))
    }

    fn in_zone(name: &str) -> ActivityRequest {
        ActivityRequest { zone: zone(name), since: None, until: None, filter: Filter::default() }
    }

    /// Days with their responses, then `weekday hour: responses` of each hour with any; Monday is 0.
    fn lines(map: &ActivityMap) -> Vec<String> {
        let days = map.days.iter().map(|(date, usage)| format!("{date}: {}", usage.responses));
        let of_week = map.hours.iter().enumerate().flat_map(|(weekday_idx, hours)| {
            let used = hours.iter().enumerate().filter(|(_, usage)| usage.responses > 0);
            used.map(move |(hour, usage)| format!("{weekday_idx} {hour}: {}", usage.responses))
        });
        days.chain(of_week).collect()
    }

    #[test]
    fn usage_stands_under_its_local_day_and_hour() {
        let responses = [
            undated(),
            // A Sunday, whose clock in Berlin goes back from 03:00 to 02:00 at 01:00 UTC.
            at("2026-10-25T00:30:00Z"),
            at("2026-10-25T01:30:00Z"),
            at("2026-10-25T22:59:59Z"),
            at("2026-10-25T23:00:00Z"),
            at("2026-11-02T23:14:00Z"),
        ];
        let berlin = activity(&in_zone("Europe/Berlin"), &responses);
        let expected = ["2026-10-25: 3", "2026-10-26: 1", "2026-11-03: 1", "0 0: 1", "1 0: 1", "6 2: 2", "6 23: 1"];
        assert_eq!(lines(&berlin.all), expected);
        let asked =
            ActivityRequest { since: Some(date("2026-10-26")), until: Some(date("2026-11-02")), ..in_zone("UTC") };
        assert_eq!(lines(&activity(&asked, &responses).all), ["2026-11-02: 1", "0 23: 1"]);
    }

    #[test]
    fn machines_with_dated_usage_stand_apart() {
        let on = |machine, response| Response { machine, ..response };
        let responses = [
            on(3, at("2026-11-20T08:00:00Z")),
            on(2, undated()),
            on(1, at("2026-11-20T08:00:00Z")),
            on(3, at("2026-11-20T08:10:00Z")),
        ];
        let both = activity(&in_zone("UTC"), &responses);
        let machines = both.machines.iter().map(|machine| (machine.machine.0[0], lines(&machine.map)[0].clone()));
        assert_eq!(machines.collect::<Vec<_>>(), [(1, "2026-11-20: 1".to_owned()), (3, "2026-11-20: 2".to_owned())]);
        assert_eq!(lines(&both.all), ["2026-11-20: 3", "4 8: 3"]);
        let filter = Filter { machines: vec!["home".to_owned()], ..Filter::default() };
        let home = activity(&ActivityRequest { filter, ..in_zone("UTC") }, &responses);
        assert_eq!((home.machines.len(), lines(&home.all)), (1, vec!["2026-11-20: 1".to_owned(), "4 8: 1".to_owned()]));
    }

    #[test]
    fn without_usage_there_is_no_activity() {
        let none = activity(&in_zone("UTC"), &[undated()]);
        assert_eq!(none, Activity { machines: Vec::new(), all: ActivityMap::default() });
    }
}
