using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Kestra.Crash;

/// <summary>
/// Judges what is in the database by the client's ledger: every accepted request has become one execution that ended once, as in
/// a run without accident; none that was refused exists; nothing was done twice.
/// </summary>
/// <param name="reference">By flow, how an execution without accident looks.</param>
internal sealed partial class Oracle(IReadOnlyDictionary<string, string> reference)
{
    /// <summary>How an execution looks, without what differs from run to run.</summary>
    public static string Shape(JsonElement execution)
    {
        var runs = Runs(execution).Select(static run => string.Create(
            CultureInfo.InvariantCulture,
            $"{run.GetProperty("taskId").GetString()} {Text(run, "value")} {State(run)} {Text(run, "outputs")}")).Order(StringComparer.Ordinal);
        var whole = string.Join('\n', [State(execution), Text(execution, "outputs"), .. runs]);
        if (ClientOf(execution) is { } client)
        {
            whole = whole.Replace($"\"{client}\"", "\"{client}\"", StringComparison.Ordinal);
        }

        return Ids().Replace(Dates().Replace(whole, "{date}"), "{id}");
    }

    /// <summary>Everything that is wrong, as sentences.</summary>
    public IReadOnlyList<string> Faults(Ledger ledger, IReadOnlyList<JsonElement> executions)
    {
        var byId = executions.ToDictionary(Id, StringComparer.Ordinal);
        var started = executions.Where(static execution => CrashFlows.Started.Contains(Flow(execution))).ToList();
        var byClient = started.Where(static execution => ClientOf(execution) is not null).GroupBy(static execution => ClientOf(execution)!, StringComparer.Ordinal).ToDictionary(static group => group.Key, static group => group.ToList(), StringComparer.Ordinal);
        return
        [
            .. ledger.Entries.Where(entry => entry.Answer == Answer.Accepted && !byId.ContainsKey(entry.Id!)).Select(static entry => $"lost: {entry.Flow} {entry.Id} of {entry.Client} was accepted and does not exist"),
            .. ledger.Entries.Where(entry => entry.Answer == Answer.Refused && byClient.ContainsKey(entry.Client)).Select(static entry => $"half accepted: {entry.Flow} of {entry.Client} was refused and exists ({entry.Why})"),
            .. ledger.Entries.Where(static entry => entry.Id is not null).GroupBy(static entry => entry.Id!, StringComparer.Ordinal).Where(static group => group.Count() > 1).Select(static group => $"mixed up: {group.Count()} requests were answered with {group.Key}"),
            .. byClient.Where(static pair => pair.Value.Count > 1).Select(static pair => $"doubled: {pair.Key} has {pair.Value.Count} executions"),
            .. executions.SelectMany(FaultsOf),
            .. FaultsOfSubflows(executions),
            .. FaultsOfFollowers(executions),
            .. FaultsOfTicks(executions),
        ];
    }

    private IEnumerable<string> FaultsOf(JsonElement execution)
    {
        var name = $"{Flow(execution)} {Id(execution)}";
        var ends = Histories(execution).Count(IsEnd);
        if (ends != 1)
        {
            yield return $"{name} ended {ends} times: {string.Join(", ", Histories(execution))}";
        }

        foreach (var run in Runs(execution).Where(static run => Histories(run).Count(static state => state == "SUCCESS") > 1))
        {
            yield return $"{name}: task run {run.GetProperty("taskId").GetString()} has more than one accepted result";
        }

        var shape = Shape(execution);
        if (reference.TryGetValue(Flow(execution), out var expected) && shape != expected)
        {
            yield return $"{name} is not as the reference run:\n{shape}\ninstead of\n{expected}";
        }
    }

    private static IEnumerable<string> FaultsOfSubflows(IReadOnlyList<JsonElement> executions) =>
        Linked(executions, "parent", "child", static execution => Runs(execution).First(static run => run.GetProperty("taskId").GetString() == "sub").GetProperty("outputs").GetProperty("executionId").GetString()!, Id);

    private static IEnumerable<string> FaultsOfFollowers(IReadOnlyList<JsonElement> executions) =>
        Linked(executions, "watched", "follower", Id, static execution => execution.GetProperty("trigger").GetProperty("variables").GetProperty("executionId").GetString()!);

    private static IEnumerable<string> Linked(IReadOnlyList<JsonElement> executions, string first, string second, Func<JsonElement, string> ofFirst, Func<JsonElement, string> ofSecond)
    {
        var wanted = executions.Where(execution => Flow(execution) == first && State(execution) == "SUCCESS").Select(ofFirst).ToHashSet(StringComparer.Ordinal);
        var found = executions.Where(execution => Flow(execution) == second).GroupBy(ofSecond, StringComparer.Ordinal).ToDictionary(static group => group.Key, static group => group.Count(), StringComparer.Ordinal);
        return
        [
            .. wanted.Where(one => !found.ContainsKey(one)).Select(one => $"lost: the {second} of {first} {one} does not exist"),
            .. found.Where(pair => !wanted.Contains(pair.Key)).Select(pair => $"stray: a {second} for {pair.Key}, of which no {first} knows"),
            .. found.Where(static pair => pair.Value > 1).Select(pair => $"doubled: {pair.Key} has {pair.Value} executions of {second}"),
        ];
    }

    // One execution for each second between the first and the last.
    private static IEnumerable<string> FaultsOfTicks(IReadOnlyList<JsonElement> executions)
    {
        var dates = executions.Where(static execution => Flow(execution) == CrashFlows.Ticking)
            .Select(static execution => DateTimeOffset.Parse(execution.GetProperty("trigger").GetProperty("variables").GetProperty("date").GetString()!, CultureInfo.InvariantCulture)).Order().ToList();
        for (var index = 1; index < dates.Count; index++)
        {
            var step = dates[index] - dates[index - 1];
            if (step != TimeSpan.FromSeconds(1))
            {
                yield return string.Create(CultureInfo.InvariantCulture, $"{(step == TimeSpan.Zero ? "doubled" : "lost")}: the schedule fired for {dates[index - 1]:O} and next for {dates[index]:O}");
            }
        }
    }

    public static string State(JsonElement element) => element.GetProperty("state").GetProperty("current").GetString()!;

    public static bool IsOver(JsonElement execution) => IsEnd(State(execution));

    public static string Flow(JsonElement execution) => execution.GetProperty("flowId").GetString()!;

    public static string Id(JsonElement execution) => execution.GetProperty("id").GetString()!;

    private static bool IsEnd(string state) => state is "SUCCESS" or "FAILED" or "WARNING" or "KILLED" or "CANCELLED";

    private static IEnumerable<JsonElement> Runs(JsonElement execution) => execution.TryGetProperty("taskRunList", out var list) && list.ValueKind == JsonValueKind.Array ? list.EnumerateArray() : [];

    private static IEnumerable<string> Histories(JsonElement element) => element.GetProperty("state").GetProperty("histories").EnumerateArray().Select(static entry => entry.GetProperty("state").GetString()!);

    private static string Text(JsonElement element, string name) => element.TryGetProperty(name, out var value) ? value.GetRawText() : "";

    private static string? ClientOf(JsonElement execution)
    {
        if (Flow(execution) == "hook")
        {
            return execution.GetProperty("trigger").GetProperty("variables").GetProperty("body").GetProperty("client").GetString();
        }

        if (Flow(execution) == "child")
        {
            return execution.GetProperty("inputs").GetProperty("from").GetString();
        }

        return execution.TryGetProperty("labels", out var labels)
            ? labels.EnumerateArray().Where(static label => label.GetProperty("key").GetString() == "client").Select(static label => label.GetProperty("value").GetString()).FirstOrDefault()
            : null;
    }

    // An id is a number without leading zeros: one in some hundred thousand has three digits less than most.
    [GeneratedRegex("\\b(?:[0-9A-Za-z]{20,22}|(?=[0-9a-z]*[A-Z])(?=[0-9A-Z]*[a-z])[0-9A-Za-z]{16,19})\\b", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Ids();

    [GeneratedRegex("\\d{4}-\\d\\d-\\d\\dT[0-9:.+Z-]+", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Dates();
}
