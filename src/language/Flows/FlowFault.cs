using Kestra.Model.Flows;
using Kestra.Model.Flows.Reading;

namespace Kestra.Flows;

/// <summary>One thing that is wrong with a flow.</summary>
/// <param name="Path">Empty for the flow as a whole.</param>
/// <param name="Message">As clients match it.</param>
/// <param name="Line">1-based; 0 when the place is not known.</param>
public sealed record FlowFault(string Path, string Message, long Line = 0, long Column = 0)
{
    public FaultKind Kind { get; init; }

    /// <summary>The path in joined texts, where the id of a task or an input stands for its place in a list.</summary>
    public string Shown { get; init; } = Path;

    /// <summary>What would be right, where that is known.</summary>
    public string? Hint { get; init; }

    /// <summary>One line for people: place, path, message and remedy.</summary>
    public string Describe()
    {
        var place = Line > 0 ? string.Create(System.Globalization.CultureInfo.InvariantCulture, $"line {Line}, column {Column}: ") : "";
        var path = Shown.Length > 0 ? $"{Shown}: " : "";
        return $"{place}{path}{Message}{(Hint is null ? "" : $" ({Hint})")}";
    }

    public override string ToString() => $"{Shown}: {Message}";
}

/// <summary>A source read into a flow, with everything that is wrong.</summary>
/// <param name="Flow">Filled as far as it goes; null when the text is not even a map.</param>
/// <param name="Faults">Empty for a valid flow; in the order of the source.</param>
/// <param name="Raw">The map before plugin defaults.</param>
public sealed record FlowReading(Flow? Flow, IReadOnlyList<FlowFault> Faults, IReadOnlyDictionary<string, object?>? Raw)
{
    public bool IsValid => Flow is not null && Faults.Count == 0;

    /// <summary>The source could be read as a flow, though it may break rules.</summary>
    public bool IsReadable => Flow is not null && Unreadable is null;

    /// <summary>Why the source can't be read, in the words of the API; null when it can be.</summary>
    public string? Unreadable { get; init; }

    /// <summary>Every task of the flow, nested ones included, with its plugin.</summary>
    public IReadOnlyList<Validation.FoundTask> Tasks { get; init; } = [];

    /// <summary>What a validation answers in place of the broken rules, where Kestra fails at them itself.</summary>
    internal string? Crash { get; init; }

    /// <summary>What is wrong in the words of the API, without the introduction of a validation; null for a valid flow.</summary>
    public string? Problem => Unreadable ?? (Faults.Count == 0 ? null : string.Concat(Faults.Select(fault => fault + "\n")));

    /// <summary>What a validation answers: the first thing that can't be read, or a line for each broken rule; null for a valid flow.</summary>
    public string? Constraints => Crash is not null ? $"Unable to validate the flow: {Crash}" : Problem is { } problem ? $"Validation error: {problem}" : null;

    /// <summary>What refuses the source only when it is saved: repeated keys and empty items of lists.</summary>
    public IReadOnlyList<FlowFault> SaveFaults { get; init; } = [];
}
