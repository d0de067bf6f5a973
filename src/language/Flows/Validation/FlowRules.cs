using System.Text.RegularExpressions;
using Kestra.Model;
using Kestra.Model.Flows;
using Kestra.Model.Json;
using Kestra.Plugins.Description;

namespace Kestra.Flows.Validation;

/// <summary>The rules that concern a flow as a whole, in the order in which clients know them (§1.4 of the model).</summary>
internal static class FlowRules
{
    private static readonly string[] Reserved = ["pause", "resume", "force-run", "change-status", "kill", "executions", "search", "source", "disable", "enable"];

    /// <param name="tasks">Every task of the flow, nested ones included.</param>
    public static IEnumerable<string> Check(Flow flow, IReadOnlyList<FoundTask> tasks) =>
    [
        .. ReservedId(flow.Id),
        .. Duplicates("task id", tasks.Select(found => found.Task.Id)),
        .. Duplicates("trigger id", (flow.Triggers ?? []).Select(trigger => trigger.Id)),
        .. tasks.Where(found => IsCallOf(flow, found)).Select(_ => $"Recursive call to flow [{flow.Namespace}.{flow.Id}]"),
        .. Duplicates("input", (flow.Inputs ?? []).Select(input => input.Id)),
        .. InputDependencies.Check(flow.Inputs ?? []),
        .. Duplicates("output", (flow.Outputs ?? []).Select(output => output.Id)),
        .. (flow.Labels ?? []).Where(label => label.IsSystem && label.Key != Label.ReadOnly).Select(label => $"System labels can only be set by Kestra itself, offending label: {label.Key}={label.Value}"),
        .. DashedReferences(flow, tasks),
    ];

    private static IEnumerable<string> ReservedId(string id) => Reserved.Contains(id, StringComparer.Ordinal)
        ? [$"Flow id is a reserved keyword: {id}. List of reserved keywords: {string.Join(", ", Reserved)}"]
        : [];

    private static IEnumerable<string> Duplicates(string what, IEnumerable<string> ids)
    {
        var repeated = ids.Where(id => id.Length > 0).GroupBy(id => id, StringComparer.Ordinal).Where(group => group.Count() > 1).Select(group => group.Key).ToList();
        return repeated.Count == 0 ? [] : [$"Duplicate {what} with name [{string.Join(", ", repeated)}]"];
    }

    private static bool IsCallOf(Flow flow, FoundTask found) => found.Plugin?.Role == TaskRole.Executable
        && found.Task.Properties.GetValueOrDefault("flowId") is string id && id == flow.Id
        && found.Task.Properties.GetValueOrDefault("namespace") is string name && name == flow.Namespace;

    // A dash in a name is read as a minus unless the name stands in brackets.
    private static IEnumerable<string> DashedReferences(Flow flow, IReadOnlyList<FoundTask> tasks)
    {
        var texts = tasks.Where(found => found.IsTopLevel).Select(found => (found.Task.Id, Texts: found.Task.Properties.Values.Select(JavaText.Of).ToList())).ToList();
        var inputs = (flow.Inputs ?? []).Select(input => input.Id).Where(HasDash).Select(id => new Regex($@"\{{\{{\s*inputs.{Regex.Escape(id)}\s*\}}\}}", RegexOptions.CultureInvariant, TimeSpan.FromSeconds(1))).ToList();
        var outputs = tasks.Select(found => found.Task.Id).Where(HasDash).Select(id => new Regex($@"\{{\{{\s*outputs\.{Regex.Escape(id)}\.[^}}]+\s*\}}\}}", RegexOptions.CultureInvariant, TimeSpan.FromSeconds(1))).ToList();
        return
        [
            .. Offending("input", "inputs", "tasks", texts.Where(task => task.Texts.Exists(text => inputs.Exists(pattern => pattern.IsMatch(text)))).Select(task => task.Id)),
            .. Offending("output", "outputs", "tasks", texts.Where(task => task.Texts.Exists(text => outputs.Exists(pattern => pattern.IsMatch(text)))).Select(task => task.Id)),
            .. Offending("output", "outputs", "outputs", (flow.Outputs ?? []).Where(output => outputs.Exists(pattern => pattern.IsMatch(JavaText.Of(output.Value)))).Select(output => output.Id)),
        ];
    }

    private static bool HasDash(string id) => id.Contains('-', StringComparison.Ordinal);

    private static IEnumerable<string> Offending(string what, string variable, string where, IEnumerable<string> ids)
    {
        var offending = ids.ToList();
        return offending.Count == 0 ? [] : [$"Invalid {what} reference: use {variable}[key-name] instead of {variable}.key-name — keys with dashes require bracket notation, offending {where}: [{string.Join(", ", offending)}]"];
    }
}
