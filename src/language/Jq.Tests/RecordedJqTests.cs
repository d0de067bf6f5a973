using System.Text.Json;

namespace Kestra.Jq.Tests;

/// <summary>What the jq 1.6 program gave for the programs of <c>Cases</c>, results and error texts.</summary>
public sealed class RecordedJqTests
{
    private static readonly List<Recorded> Cases = [.. Read()];

    // One test for each program, which holds all its inputs: some programs run on very many.
    public static TheoryData<string> Programs() => [.. Cases.Select(recorded => recorded.Program).Distinct()];

    [Theory]
    [MemberData(nameof(Programs))]
    public void Runs_as_recorded(string program)
    {
        foreach (var recorded in Cases.Where(recorded => recorded.Program == program))
        {
            Run(recorded).ShouldBe(recorded with { Text = "" }, $"input {recorded.Text}");
        }
    }

    private static Recorded Run(Recorded recorded)
    {
        var results = new List<string>();
        try
        {
            foreach (var result in JqProgram.Parse(recorded.Program, dialect: JqDialect.Jq16).Run(recorded.Input))
            {
                results.Add(JqProgram.ToJson(result, JqDialect.Jq16));
            }

            return recorded with { Text = "", Output = string.Join('\n', results), Error = null, IsInvalid = false };
        }
        catch (JqException error) when (error.Kind == JqErrorKind.Syntax)
        {
            return recorded with { Text = "", Output = "", Error = null, IsInvalid = true };
        }
        catch (JqException error)
        {
            return recorded with { Text = "", Output = string.Join('\n', results), Error = error.Message, IsInvalid = false };
        }
    }

    private static IEnumerable<Recorded> Read()
    {
        using var stream = typeof(RecordedJqTests).Assembly.GetManifestResourceStream("jq16.jsonl")!;
        using var reader = new StreamReader(stream);
        while (reader.ReadLine() is { } line)
        {
            using var document = JsonDocument.Parse(line);
            var root = document.RootElement;
            yield return new Recorded(
                root.GetProperty("program").GetString()!,
                root.GetProperty("input").GetRawText(),
                Json.Value(root.GetProperty("input")),
                root.TryGetProperty("output", out var output) ? string.Join('\n', output.EnumerateArray().Select(text => text.GetString())) : "",
                root.TryGetProperty("error", out var error) ? error.GetString() : null,
                root.TryGetProperty("invalid", out _));
        }
    }

    private sealed record Recorded(string Program, string Text, object? Input, string Output, string? Error, bool IsInvalid);
}
