namespace Kestra.Flows;

/// <summary>One thing that is wrong with a flow.</summary>
/// <param name="Path">Empty for the flow as a whole.</param>
/// <param name="Line">1-based; 0 when the place is not known.</param>
public sealed record FlowFault(string Path, string Message, long Line = 0, long Column = 0)
{
    public override string ToString() => $"{Path}: {Message}";
}

/// <summary>A source read into a flow, with everything that is wrong.</summary>
/// <param name="Flow">Filled as far as it goes; null when the text is not even a map.</param>
/// <param name="Faults">Empty for a valid flow.</param>
/// <param name="Raw">The map before plugin defaults.</param>
public sealed record FlowReading(Model.Flows.Flow? Flow, IReadOnlyList<FlowFault> Faults, IReadOnlyDictionary<string, object?>? Raw)
{
    public bool IsValid => Flow is not null && Faults.Count == 0;

    /// <summary>All faults in the form of the API: a line each.</summary>
    public string? Constraints => Faults.Count == 0 ? null : string.Concat(Faults.Select(fault => fault + "\n"));
}
