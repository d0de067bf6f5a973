using Kestra.Expressions;
using Kestra.Model;
using Kestra.Model.Executions;
using Kestra.Plugins.Core.Trigger;
using Kestra.Plugins.Hosting;
using Kestra.Plugins.Triggers;
using NodaTime;

namespace Kestra.Plugins.Core.Tests;

public sealed class ConditionTests
{
    private static readonly PluginCatalog Catalog = new(typeof(CorePluginTable).Assembly);
    private static readonly ExpressionEngine Expressions = new();

    [Theory]
    [InlineData("DateTimeBetween", """{"after":"2024-01-01T00:00:00Z"}""", "2024-01-01T00:00:01Z", true)]
    [InlineData("DateTimeBetween", """{"after":"2024-01-01T00:00:00Z"}""", "2024-01-01T00:00:00Z", false)]
    [InlineData("DateTimeBetween", """{"after":"2024-01-01T00:00:00Z","before":"2024-01-02T00:00:00Z"}""", "2024-01-02T01:00:00+02:00", true)]
    [InlineData("DateTimeBetween", """{"before":"2024-01-02T00:00:00Z"}""", "2024-01-02T01:00+01:00", false)]
    [InlineData("DayWeek", """{"dayOfWeek":"MONDAY"}""", "2024-01-01", true)]
    [InlineData("DayWeek", """{"dayOfWeek":"MONDAY"}""", "2023-12-31T23:30:00-02:00", false)]
    [InlineData("DayWeek", """{"dayOfWeek":"SUNDAY"}""", "2023-12-31T23:30:00-02:00", true)]
    [InlineData("DayWeekInMonth", """{"dayOfWeek":"MONDAY","dayInMonth":"FIRST"}""", "2024-01-01", true)]
    [InlineData("DayWeekInMonth", """{"dayOfWeek":"MONDAY","dayInMonth":"SECOND"}""", "2024-01-08", true)]
    [InlineData("DayWeekInMonth", """{"dayOfWeek":"MONDAY","dayInMonth":"FOURTH"}""", "2024-01-29", false)]
    [InlineData("DayWeekInMonth", """{"dayOfWeek":"MONDAY","dayInMonth":"LAST"}""", "2024-01-29", true)]
    [InlineData("DayWeekInMonth", """{"dayOfWeek":"MONDAY","dayInMonth":"LAST"}""", "2024-01-22", false)]
    [InlineData("Weekend", "{}", "2024-01-06", true)]
    [InlineData("Weekend", "{}", "2024-01-05", false)]
    [InlineData("TimeBetween", """{"after":"08:00:00Z","before":"18:00:00Z"}""", "2024-01-01T09:00:00Z", true)]
    [InlineData("TimeBetween", """{"after":"08:00:00Z","before":"18:00:00Z"}""", "2024-01-01T09:00:00+02:00", false)]
    [InlineData("TimeBetween", """{"after":"16:19:11Z"}""", "2024-01-01T16:19:11Z", false)]
    [InlineData("PublicHoliday", """{"country":"FR"}""", "2024-07-14", true)]
    [InlineData("PublicHoliday", """{"country":"FR"}""", "2024-07-15", false)]
    [InlineData("PublicHoliday", """{"country":"DE","subDivision":"BW"}""", "2024-01-06", true)]
    [InlineData("PublicHoliday", """{"country":"DE","subDivision":"BE"}""", "2024-01-06", false)]
    [InlineData("PublicHoliday", """{"country":"US"}""", "2024-11-28", true)]
    [InlineData("Not", """{"conditions":[{"type":"io.kestra.plugin.core.condition.Weekend"}]}""", "2024-01-05", true)]
    [InlineData("Or", """{"conditions":[{"type":"io.kestra.plugin.core.condition.Weekend"},{"type":"io.kestra.plugin.core.condition.DayWeek","dayOfWeek":"FRIDAY"}]}""", "2024-01-05", true)]
    [InlineData("Or", """{"conditions":[{"type":"io.kestra.plugin.core.condition.Weekend"},{"type":"io.kestra.plugin.core.condition.DayWeek","dayOfWeek":"FRIDAY"}]}""", "2024-01-04", false)]
    [InlineData("Expression", """{"expression":"{{ 0 }}"}""", "2024-01-01", true)]
    [InlineData("Expression", """{"expression":"False"}""", "2024-01-01", true)]
    [InlineData("Expression", """{"expression":" false "}""", "2024-01-01", false)]
    [InlineData("Expression", """{"expression":"{{ null }}"}""", "2024-01-01", false)]
    public void A_date_is_judged(string condition, string properties, string date, bool expected) => Bound(condition, properties).Holds(new Context(date)).ShouldBe(expected);

    [Theory]
    [InlineData("ExecutionFlow", """{"namespace":"a.b","flowId":"up"}""", true)]
    [InlineData("ExecutionFlow", """{"namespace":"a.b","flowId":"other"}""", false)]
    [InlineData("ExecutionLabels", """{"labels":{"team":"x"}}""", true)]
    [InlineData("ExecutionLabels", """{"labels":[{"key":"team","value":"y"}]}""", false)]
    [InlineData("ExecutionNamespace", """{"namespace":"a"}""", false)]
    [InlineData("ExecutionNamespace", """{"namespace":"a","prefix":true}""", true)]
    [InlineData("ExecutionNamespace", """{"namespace":"a.","comparison":"PREFIX"}""", true)]
    [InlineData("ExecutionNamespace", """{"namespace":".b","comparison":"SUFFIX"}""", true)]
    [InlineData("ExecutionNamespace", """{"namespace":"a","comparison":"EQUALS","prefix":true}""", false)]
    [InlineData("ExecutionOutputs", """{"expression":"{{ trigger.outputs.n == 3 }}"}""", true)]
    [InlineData("ExecutionOutputs", """{"expression":"{{ trigger.outputs.n == 4 }}"}""", false)]
    [InlineData("ExecutionStatus", """{"in":["FAILED","WARNING"]}""", true)]
    [InlineData("ExecutionStatus", """{"in":["FAILED"],"notIn":["FAILED"]}""", false)]
    [InlineData("ExecutionStatus", "{}", true)]
    [InlineData("HasRetryAttempt", """{"in":["FAILED"]}""", true)]
    [InlineData("HasRetryAttempt", """{"in":["KILLED"]}""", false)]
    [InlineData("FlowCondition", """{"namespace":"mine","flowId":"own"}""", true)]
    [InlineData("FlowNamespaceCondition", """{"namespace":"mi","prefix":true}""", true)]
    [InlineData("FlowNamespaceCondition", """{"namespace":"mi"}""", false)]
    [InlineData("MultipleCondition", """{"id":"m","conditions":{"a":{"type":"io.kestra.plugin.core.condition.ExecutionStatus","in":["FAILED"]}}}""", true)]
    public void An_execution_is_judged(string condition, string properties, bool expected) => Bound(condition, properties).Holds(new Context("2024-01-01", Upstream())).ShouldBe(expected);

    [Theory]
    [InlineData("ExecutionFlow", """{"namespace":"a","flowId":"b"}""", "Invalid condition with null execution")]
    [InlineData("DateTimeBetween", "{}", "Invalid condition with no before nor after")]
    [InlineData("TimeBetween", "{}", "Invalid condition with no before nor after")]
    [InlineData("PublicHoliday", """{"country":"XX"}""", "There is no calendar of public holidays for the country 'XX'.")]
    [InlineData("PublicHoliday", "{}", "The condition PublicHoliday needs a `country`")]
    public void What_cannot_be_judged_is_told(string condition, string properties, string message) =>
        Should.Throw<Exception>(() => Bound(condition, properties).Holds(new Context("2024-01-01T00:00:00Z"))).Message.ShouldStartWith(message);

    [Theory]
    [InlineData("""{"field":"FLOW_ID","type":"EQUAL_TO","value":"up"}""", true)]
    [InlineData("""{"field":"NAMESPACE","type":"NOT_EQUAL_TO","value":"a.b"}""", false)]
    [InlineData("""{"field":"STATE","type":"IN","values":["FAILED"]}""", true)]
    [InlineData("""{"field":"STATE","type":"NOT_IN","values":["FAILED"]}""", false)]
    [InlineData("""{"field":"NAMESPACE","type":"STARTS_WITH","value":"a"}""", true)]
    [InlineData("""{"field":"NAMESPACE","type":"ENDS_WITH","value":".b"}""", true)]
    [InlineData("""{"field":"NAMESPACE","type":"CONTAINS","value":"x"}""", false)]
    [InlineData("""{"field":"NAMESPACE","type":"REGEX","value":"a.."}""", true)]
    [InlineData("""{"field":"NAMESPACE","type":"REGEX","value":"a"}""", false)]
    [InlineData("""{"field":"EXPRESSION","type":"IS_TRUE","value":"{{ 1 == 1 }}"}""", true)]
    [InlineData("""{"field":"EXPRESSION","type":"IS_FALSE","value":"{{ 0 }}"}""", true)]
    [InlineData("""{"field":"NAMESPACE","type":"IS_NULL"}""", false)]
    [InlineData("""{"field":"NAMESPACE","type":"IS_NOT_NULL"}""", true)]
    public void A_filter_of_preconditions_compares_a_field(string filter, bool expected)
    {
        var trigger = (IFlowTrigger)Catalog.Create("io.kestra.plugin.core.trigger.Flow", Raw("""{"preconditions":{"id":"p","where":[{"id":"w","filters":[FILTER]}]}}""".Replace("FILTER", filter)));
        trigger.Preconditions!.Parts.ShouldHaveSingleItem().Key.ShouldBe("condition_1_w");
        trigger.Preconditions.Parts["condition_1_w"].Holds(new Context("2024-01-01", Upstream())).ShouldBe(expected);
    }

    [Fact]
    public void Preconditions_are_numbered_over_both_lists_and_match_flows()
    {
        var trigger = (IFlowTrigger)Catalog.Create("io.kestra.plugin.core.trigger.Flow", Raw("""
            {"preconditions":{"id":"p","resetOnSuccess":false,"flows":[{"namespace":"a.b"},{"namespace":"a.b","flowId":"up","states":["SUCCESS"]},{"namespace":"a.b","labels":{"team":"x"}}],
             "where":[{"id":"w","operand":"OR","filters":[{"field":"FLOW_ID","type":"EQUAL_TO","value":"no"},{"field":"FLOW_ID","type":"EQUAL_TO","value":"up"}]}],
             "timeWindow":{"type":"DAILY_TIME_WINDOW","startTime":"06:00","endTime":"09:30:00"}}}
            """));

        trigger.States.Count.ShouldBe(8);
        trigger.Preconditions!.ResetOnSuccess.ShouldBeFalse();
        trigger.Preconditions.Window.StartTime.ShouldBe(new LocalTime(6, 0));
        trigger.Preconditions.Parts.Keys.ShouldBe(["condition_1", "condition_2", "condition_3", "condition_4_w"]);
        trigger.Preconditions.Parts.Values.Select(static part => part.Holds(new Context("2024-01-01", Upstream()))).ShouldBe([true, false, true, true]);
    }

    [Fact]
    public void Dates_of_a_list_follow_each_other_once()
    {
        var trigger = (ScheduleOnDates)Catalog.Create("io.kestra.plugin.core.trigger.ScheduleOnDates", Raw("""{"timezone":"Europe/Paris","dates":["2024-03-01T00:00:00+01:00","2024-01-01T00:00:00Z","2024-03-01T00:00:00+01:00"]}"""));
        var start = Instant.FromUtc(2023, 12, 1, 0, 0).InZone(trigger.Zone!);

        var first = trigger.Next(start)!.Value;
        first.ToInstant().ShouldBe(Instant.FromUtc(2024, 1, 1, 0, 0));
        var second = trigger.Next(first)!.Value;
        second.ToInstant().ShouldBe(Instant.FromUtc(2024, 2, 29, 23, 0));
        trigger.Next(second).ShouldBeNull();
        trigger.Previous(second)!.Value.ShouldBe(first);
    }

    private static ICondition Bound(string name, string properties) => (ICondition)Catalog.Create("io.kestra.plugin.core.condition." + name, Raw(properties));

    private static IReadOnlyDictionary<string, object?> Raw(string json) => (IReadOnlyDictionary<string, object?>)ValueJson.ReadFirst(json)!;

    private static Model.Executions.Execution Upstream()
    {
        var now = Instant.FromUtc(2024, 1, 1, 0, 0);
        var failed = Model.Executions.State.Created(now).With(StateType.RUNNING, now).With(StateType.FAILED, now);
        return new Model.Executions.Execution
        {
            TenantId = "main",
            Id = "e",
            Namespace = "a.b",
            FlowId = "up",
            State = failed,
            Labels = [new Label("team", "x")],
            Outputs = new OrderedDictionary<string, object?> { ["n"] = 3 },
            TaskRunList = [new TaskRun { TenantId = "main", Id = "t", ExecutionId = "e", Namespace = "a.b", FlowId = "up", TaskId = "x", State = failed, Attempts = [new TaskRunAttempt(failed), new TaskRunAttempt(Model.Executions.State.Created(now))] }],
        };
    }

    private sealed class Context(string date, Model.Executions.Execution? execution = null) : IConditionContext
    {
        public Model.Flows.Flow Flow { get; } = new() { Namespace = "mine", Id = "own" };

        public Model.Executions.Execution? Execution => execution;

        public IReadOnlyDictionary<string, object?> Variables { get; } = new OrderedDictionary<string, object?> { ["trigger"] = new OrderedDictionary<string, object?> { ["date"] = date } };

        public string Render(string text, IReadOnlyDictionary<string, object?>? more = null) => Expressions.Render(text, new RenderContext(Merged(more)));

        public object? RenderTyped(string text, IReadOnlyDictionary<string, object?>? more = null) => Expressions.RenderTyped(text, new RenderContext(Merged(more)));

        private IReadOnlyDictionary<string, object?> Merged(IReadOnlyDictionary<string, object?>? more)
        {
            var merged = new OrderedDictionary<string, object?>(Variables, StringComparer.Ordinal);
            foreach (var (key, value) in more ?? new OrderedDictionary<string, object?>())
            {
                merged[key] = value;
            }

            return merged;
        }
    }
}
