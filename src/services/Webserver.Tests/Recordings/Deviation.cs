namespace Kestra.Webserver.Tests.Recordings;

/// <summary>A recording that is not met, with the reason.</summary>
/// <param name="Kind"><c>version</c>: the specification says that 1.0 differs; <c>purpose</c>: docs/compat.md says why; <c>synthetic</c>: no server ever answered so; <c>enterprise</c>: not in this edition; <c>open</c>: not yet.</param>
internal sealed record Deviation(string Title, string Kind, string Reason)
{
    private static readonly string[] Kinds = ["version", "purpose", "synthetic", "enterprise", "open"];

    public static IReadOnlyDictionary<string, Deviation> All { get; } = File.ReadLines(Path.Combine(AppContext.BaseDirectory, "Recordings", "deviations.csv"))
        .Where(static line => line.Length > 0 && line[0] != '#')
        .Select(static line => line.Split(';', 3, StringSplitOptions.TrimEntries) is [var title, var kind, { Length: > 0 } reason] && Kinds.Contains(kind)
            ? new Deviation(title, kind, reason)
            : throw new FormatException($"'{line}' is not 'title;kind;reason'"))
        .ToDictionary(static deviation => deviation.Title, StringComparer.Ordinal);
}
