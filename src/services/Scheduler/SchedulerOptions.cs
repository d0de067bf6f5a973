using System.ComponentModel.DataAnnotations;
using Kestra.Plugins.Triggers;
using NodaTime;

namespace Kestra.Scheduler;

/// <summary>Limits, times and defaults of the scheduler.</summary>
public sealed class SchedulerOptions
{
    /// <summary>What becomes of missed dates where the trigger does not say (plugin configuration <c>recoverMissedSchedules</c> of the Schedule trigger).</summary>
    public MissedSchedules RecoverMissedSchedules { get; set; } = MissedSchedules.ALL;

    /// <summary>The zone of triggers that name none.</summary>
    public DateTimeZone Zone { get; set; } = DateTimeZone.Utc;

    /// <summary>How often the clock is looked at while nothing is due, so that a clock that is set forward is noticed.</summary>
    public TimeSpan ClockInterval { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>Whether the installation is in maintenance: no trigger is due.</summary>
    public Func<bool> IsInMaintenance { get; set; } = static () => false;

    /// <summary>How often the executions that lock triggers are looked for, in case the news of an end was lost.</summary>
    public TimeSpan LockInterval { get; set; } = TimeSpan.FromSeconds(60);

    /// <summary>How long a trigger stays locked by an execution that does not exist.</summary>
    public TimeSpan MissingExecutionTimeout { get; set; } = TimeSpan.FromSeconds(60);

    /// <summary>How long a share of the triggers stays with a scheduler after it was last prolonged.</summary>
    public TimeSpan LeaseTimeToLive { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>Pause between two looks for calls of other processes while there are some; doubles up to <see cref="CallPollMaximum"/> while there are none.</summary>
    public TimeSpan CallPollMinimum { get; set; } = TimeSpan.FromMilliseconds(25);

    public TimeSpan CallPollMaximum { get; set; } = TimeSpan.FromMilliseconds(500);

    /// <summary>How often the flow triggers of all flows are read anew, in case the news of a change was lost.</summary>
    public TimeSpan FlowRefresh { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>Pause before something is tried again after the database or the executor failed.</summary>
    public TimeSpan RetryDelay { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>Time that the expressions of one firing may take; beyond it the execution is created as FAILED.</summary>
    public TimeSpan RenderTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>Triggers fired at once; further ones follow when these are durable.</summary>
    [Range(1, 100_000)]
    public int FiringLimit { get; set; } = 500;

    /// <summary>How long the triggers that are due together wait for the expressions of the slowest among them; it then follows later.</summary>
    public TimeSpan FiringPatience { get; set; } = TimeSpan.FromMilliseconds(100);

    /// <summary>Changes of executions whose flow triggers are looked at, at the same time. Those that move windows take their turn.</summary>
    [Range(1, 10_000)]
    public int FlowTriggerConcurrency { get; set; } = 64;

    /// <summary>How often the flow triggers of one change are tried before the next change has its turn; it comes again after a minute.</summary>
    [Range(1, 1_000)]
    public int FlowTriggerAttempts { get; set; } = 10;

    /// <summary>How often windows that are over are looked for.</summary>
    public TimeSpan WindowCleaning { get; set; } = TimeSpan.FromHours(1);

    /// <summary>How long a window is kept after its end, for changes that come late because the server was down.</summary>
    public TimeSpan WindowRetention { get; set; } = TimeSpan.FromDays(1);

    /// <summary>Calls to the scheduler that may wait; further ones wait for a place.</summary>
    [Range(1, 1_000_000)]
    public int RequestLimit { get; set; } = 1_000;

    /// <summary>Polling triggers with a shorter interval are evaluated this often.</summary>
    public TimeSpan ShortestInterval { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>Pause before a realtime trigger that failed is started again; it doubles from one failure to the next.</summary>
    public TimeSpan RealtimeRestartDelay { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>The longest such pause.</summary>
    public TimeSpan RealtimeRestartDelayLimit { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>Dates tried in one search for a date that the conditions allow; the search then rests at the last one and goes on when that is due.</summary>
    [Range(1, 10_000_000)]
    public int DateSearchLimit { get; set; } = 20_000;
}
