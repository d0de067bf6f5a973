using System.Text.Json;
using Kestra.Expressions.Values;
using Kestra.Model.Json;
using Shouldly;
using Xunit;

namespace Kestra.Expressions.Tests;

/// <summary>
/// Recordings of the original. Those that do not pass yet are named in <c>open-cases.txt</c>; a case that fails without being
/// named there breaks the build, and so does one that is named and passes.
/// </summary>
public sealed class RecordedCasesTests
{
    private static readonly string Data = Path.Combine(AppContext.BaseDirectory, "data");

    [Fact]
    public void Every_recorded_case_gives_the_recorded_result_unless_it_is_named_as_open()
    {
        var open = File.ReadAllLines(Path.Combine(Data, "open-cases.txt")).Where(line => line.Length > 0).ToHashSet(StringComparer.Ordinal);
        var failed = new List<string>();
        foreach (var line in File.ReadLines(Path.Combine(Data, "golden.jsonl")))
        {
            using var document = JsonDocument.Parse(line);
            if (Compare(document.RootElement) is { } difference)
            {
                failed.Add($"{document.RootElement.GetProperty("id").GetString()}\t{difference}");
            }
        }

        if (Environment.GetEnvironmentVariable("KESTRA_SHOW_OPEN_CASES") is { Length: > 0 } file)
        {
            File.WriteAllLines(file, failed);
        }

        var failedIds = failed.Select(text => text.Split('\t')[0]).ToHashSet(StringComparer.Ordinal);
        failed.Where(text => !open.Contains(text.Split('\t')[0])).ShouldBeEmpty("these cases fail and are not named as open");
        open.Except(failedIds).ShouldBeEmpty("these cases are named as open and pass");
    }

    private static string? Compare(JsonElement test)
    {
        var engine = new ExpressionEngine();
        var context = (IReadOnlyDictionary<string, object?>)ModelJson.ReadValue(test.GetProperty("context"))!;
        var typed = test.GetProperty("typed").GetBoolean();
        var recursive = test.TryGetProperty("recursive", out var again) && again.GetBoolean();
        object? value;
        try
        {
            value = ExpressionEvaluation.Evaluate(ModelJson.ReadValue(test.GetProperty("expression")), typed, recursive, engine, new RenderContext(context));
        }
        catch (Exception error)
        {
            return CompareError(test, error);
        }

        if (!test.TryGetProperty("result", out var expected))
        {
            return $"gave {ValueJson.WriteWithNulls(value)} instead of failing with {test.GetProperty("error")}";
        }

        var actual = ValueJson.WriteWithNulls(value);
        var wanted = ValueJson.WriteWithNulls(ModelJson.ReadValue(expected));
        return actual == wanted || (test.TryGetProperty("dependsOn", out _) && value is string) ? null : $"gave {actual} instead of {wanted}";
    }

    private static string? CompareError(JsonElement test, Exception error)
    {
        if (!test.TryGetProperty("error", out var expected))
        {
            return $"failed with {error.GetType().Name}: {error.Message}";
        }

        return test.GetProperty("match").GetString() switch
        {
            "any" => null,
            "prefix" => error.Message.StartsWith(test.GetProperty("prefix").GetString()!, StringComparison.Ordinal) ? null : $"error {error.Message} does not begin with {test.GetProperty("prefix")}",
            _ => error.Message == expected.GetString() ? null : $"error {error.Message} instead of {expected}",
        };
    }
}
