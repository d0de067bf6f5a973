using System.Text.Json;
using System.Text.RegularExpressions;

namespace Kestra.Jq.Tests;

/// <summary>What Kestra 1.0 gave for each recorded <c>{{ variable | jq(program) }}</c>. The other recordings of the filter need the expression language around it.</summary>
public sealed partial class RecordedKestraTests
{
    private static readonly Dictionary<string, Recorded> Cases = Read().ToDictionary(recorded => recorded.Id);

    public static TheoryData<string> Ids() => [.. Cases.Keys];

    [Fact]
    public void Most_recordings_are_bare_filters() => Cases.Count.ShouldBeGreaterThan(500);

    [Theory]
    [MemberData(nameof(Ids))]
    public void Runs_as_recorded(string id)
    {
        var recorded = Cases[id];

        if (recorded.Result is null)
        {
            Should.Throw<JqException>(() => Run(recorded));
            return;
        }

        JqProgram.ToJson(Json.WithoutNulls(Run(recorded))).ShouldBe(recorded.Result);
    }

    private static List<object?> Run(Recorded recorded) => [.. JqProgram.Parse(recorded.Program).Run(recorded.Input)];

    private static IEnumerable<Recorded> Read()
    {
        foreach (var line in File.ReadLines(Path.Combine(Root(), "tests", "contracts", "data", "expressions", "golden.jsonl")))
        {
            using var document = JsonDocument.Parse(line);
            if (document.RootElement.GetProperty("area").GetString() is "jq" or "jq-more" && Bare(document.RootElement) is { } recorded)
            {
                yield return recorded;
            }
        }
    }

    private static Recorded? Bare(JsonElement recorded)
    {
        var context = recorded.GetProperty("context");
        var match = BareFilter().Match(recorded.GetProperty("expression").GetString()!);
        if (!match.Success || recorded.GetProperty("typed").GetBoolean() || !context.TryGetProperty(match.Groups["name"].Value, out var variable)
            || variable.ValueKind == JsonValueKind.Null)
        {
            return null;
        }

        var program = match.Groups["double"] is { Success: true } quoted ? quoted.Value.Replace("\\\"", "\"", StringComparison.Ordinal)
            : match.Groups["single"] is { Success: true } single ? single.Value
            : context.GetProperty("p").GetString()!;
        var result = recorded.TryGetProperty("result", out var text) ? text.GetString() : null;
        return Input(variable) is { } input ? new Recorded(recorded.GetProperty("id").GetString()!, program, input.Value, result) : null;
    }

    // The filter reads a text as JSON first; what is no JSON never reaches the program.
    private static Boxed? Input(JsonElement variable)
    {
        if (variable.ValueKind != JsonValueKind.String)
        {
            return new Boxed(Json.WithoutNulls(Json.Value(variable)));
        }

        try
        {
            return new Boxed(Json.Parse(variable.GetString()!));
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static string Root()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "Kestra.slnx")))
        {
            folder = folder.Parent;
        }

        return folder?.FullName ?? throw new InvalidOperationException("The tests do not run inside the repository.");
    }

    [GeneratedRegex("""^\{\{ (?<name>\w+) \| jq\((?:"(?<double>(?:[^"\\]|\\.)*)"|'(?<single>[^'\\]*)'|p)\) \}\}$""", RegexOptions.Singleline)]
    private static partial Regex BareFilter();

    private sealed record Recorded(string Id, string Program, object? Input, string? Result);

    private sealed record Boxed(object? Value);
}
