using Kestra.Model.Executions;
using Kestra.Plugins.Core.Trigger;
using Kestra.Plugins.Description;
using Kestra.Plugins.Triggers;
using NodaTime;

namespace Kestra.Scheduler.Tests;

/// <summary>The plugins of these tests, bound by hand.</summary>
internal sealed class TestPlugins : IPluginCatalog
{
    public const string ScheduleType = "io.kestra.plugin.core.trigger.Schedule";
    public const string DatesType = "io.kestra.plugin.core.trigger.ScheduleOnDates";
    public const string WebhookType = "io.kestra.plugin.core.trigger.Webhook";
    public const string PollingType = "test.Polling";
    public const string RealtimeType = "test.Realtime";
    public const string DayWeekType = "test.DayWeek";
    public const string ExpressionType = "test.Expression";
    public const string ThrowingType = "test.Throwing";
    public const string SlowType = "test.Slow";

    /// <summary>What conditions of <see cref="SlowType"/> wait for.</summary>
    public ManualResetEventSlim Gate { get; } = new();

    public IReadOnlyList<PluginDescriptor> All => [];

    public PluginDescriptor? Find(string type) => type switch
    {
        ScheduleType => Describe<Schedule>(type, PluginKind.Trigger),
        DatesType => Describe<ScheduleOnDates>(type, PluginKind.Trigger),
        WebhookType => Describe<Webhook>(type, PluginKind.Trigger),
        PollingType => Describe<Polling>(type, PluginKind.Trigger),
        RealtimeType => Describe<Realtime>(type, PluginKind.Trigger),
        DayWeekType => Describe<DayWeek>(type, PluginKind.Condition),
        ExpressionType => Describe<Expression>(type, PluginKind.Condition),
        ThrowingType => Describe<Throwing>(type, PluginKind.Condition),
        SlowType => Describe<Slow>(type, PluginKind.Condition),
        _ => null,
    };

    public string? Nearest(string unknownType) => null;

    public object Create(string type, IReadOnlyDictionary<string, object?> properties) => type switch
    {
        ScheduleType => new Schedule
        {
            Cron = (string)properties["cron"]!,
            WithSeconds = properties.GetValueOrDefault("withSeconds") is true,
            Timezone = properties.GetValueOrDefault("timezone") as string,
            Inputs = properties.GetValueOrDefault("inputs") as IReadOnlyDictionary<string, object?>,
            RecoverMissedSchedules = properties.GetValueOrDefault("recoverMissedSchedules") is string missed ? Enum.Parse<MissedSchedules>(missed) : null,
            LateMaximumDelay = properties.GetValueOrDefault("lateMaximumDelay") as Duration?,
        },
        DatesType => new ScheduleOnDates
        {
            Dates = Kestra.Plugins.Property.Of<IReadOnlyList<OffsetDateTime>>(properties["dates"]!),
            RecoverMissedSchedules = properties.GetValueOrDefault("recoverMissedSchedules") is string recovery ? Enum.Parse<MissedSchedules>(recovery) : null,
        },
        WebhookType => new Webhook { Key = (string)properties["key"]!, Wait = properties.GetValueOrDefault("wait") is true },
        PollingType => new Polling((Duration)properties["interval"]!),
        RealtimeType => new Realtime(),
        DayWeekType => new DayWeek(Enum.Parse<IsoDayOfWeek>((string)properties["dayOfWeek"]!)),
        ExpressionType => new Expression((string)properties["expression"]!),
        ThrowingType => new Throwing(),
        SlowType => new Slow(Gate),
        _ => throw new PluginBindingException(type, [new PluginBindingFault("type", $"Invalid type: {type}")]),
    };

    private static PluginDescriptor Describe<T>(string type, PluginKind kind) => new() { Type = type, Kind = kind, ClrType = typeof(T), Properties = [] };

    /// <summary>Only named here: workers evaluate.</summary>
    private sealed class Polling(Duration interval) : IPollingTrigger
    {
        public Duration Interval => interval;

        public Task<IReadOnlyDictionary<string, object?>?> EvaluateAsync(Kestra.Plugins.IRunContext context, CancellationToken cancellationToken) => throw new InvalidOperationException();
    }

    private sealed class Realtime : IRealtimeTrigger
    {
        public IAsyncEnumerable<IReadOnlyDictionary<string, object?>> RunAsync(Kestra.Plugins.IRunContext context, CancellationToken cancellationToken) => throw new InvalidOperationException();
    }

    private sealed class DayWeek(IsoDayOfWeek day) : IScheduleCondition
    {
        public bool Holds(IConditionContext context)
        {
            var date = NodaTime.Text.OffsetDateTimePattern.Rfc3339.Parse(context.Render("{{ trigger.date }}")).Value;
            return date.Date.DayOfWeek == day;
        }
    }

    private sealed class Expression(string expression) : ICondition
    {
        public bool Holds(IConditionContext context) => context.Render(expression) == "true";
    }

    private sealed class Throwing : ICondition
    {
        public bool Holds(IConditionContext context) => throw new InvalidOperationException("no answer");
    }

    private sealed class Slow(ManualResetEventSlim gate) : ICondition
    {
        public bool Holds(IConditionContext context)
        {
            gate.Wait();
            return true;
        }
    }
}
