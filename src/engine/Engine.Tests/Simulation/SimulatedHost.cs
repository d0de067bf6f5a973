using Kestra.Expressions;

namespace Kestra.Engine.Tests.Simulation;

/// <summary>The outside of expressions: a few keys.</summary>
internal sealed class SimulatedHost : IExpressionHost
{
    public static readonly SimulatedHost Instance = new();

    /// <summary>Beginning of the address of a list of parts: a letter follows for each.</summary>
    public const string PartsPrefix = "kestra:///parts/";

    public object? KeyValue(string key, string? @namespace, bool errorOnMissing) => key switch
    {
        "yes" => "true",
        "no" => "false",
        "second" => "PT1S",
        _ => throw new ExpressionException($"The key '{key}' does not exist"),
    };

    public string Secret(string key, string? @namespace, string? subkey) => throw Absent(nameof(Secret));

    public string ReadFile(string path, string? @namespace) => string.Join('\n', Enumerable.Range(0, path.Length - PartsPrefix.Length).Select(part => $"kestra:///part{part}"));

    public long FileSize(string path, string? @namespace) => throw Absent(nameof(FileSize));

    public bool FileExists(string path, string? @namespace) => throw Absent(nameof(FileExists));

    public string FileUri(string path) => throw Absent(nameof(FileUri));

    public IReadOnlyList<object?> ErrorLogs() => throw Absent(nameof(ErrorLogs));

    public object? Http(ExpressionHttpRequest request) => throw Absent(nameof(Http));

    private static ExpressionException Absent(string what) => new($"{what} has no outside here");
}
