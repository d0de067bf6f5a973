using System.Numerics;
using System.Text.Json;
using Kestra.Expressions.Values;
using Kestra.Model.Json;
using Shouldly;
using Xunit;

namespace Kestra.Expressions.Tests;

/// <summary>
/// Recordings of the original. What we do otherwise on purpose is named in <c>docs/compat.md</c>, case by case; a case that
/// fails without being named there breaks the build, and so does one that is named and passes.
/// </summary>
public sealed class RecordedCasesTests
{
    private const int MostDeviations = 10;

    [Fact]
    public void Every_recorded_case_gives_the_recorded_result_unless_the_ledger_names_it()
    {
        var ledger = RecordedCase.Ledger();
        var failures = RecordedCase.All.Select(test => (test.Id, Difference: Difference(test))).Where(result => result.Difference is not null).ToList();
        if (Environment.GetEnvironmentVariable("KESTRA_SHOW_FAILED_CASES") is { Length: > 0 } file)
        {
            File.WriteAllLines(file, failures.Select(failure => $"{failure.Id}\t{failure.Difference}"));
        }

        failures.Where(failure => !ledger.Contains(failure.Id)).Select(failure => $"{failure.Id}: {failure.Difference}").ShouldBeEmpty("these cases fail and are not in the ledger");
        ledger.Except(failures.Select(failure => failure.Id)).ShouldBeEmpty("these cases are in the ledger and pass");
    }

    [Fact]
    public void The_ledger_is_short() =>
        RecordedCase.All.Count(test => RecordedCase.Ledger().Contains(test.Id) && test.Area != "java-interop").ShouldBeLessThan(MostDeviations);

    [Fact]
    public void Lines_of_JSON_give_the_recorded_results_in_order()
    {
        var ledger = RecordedCase.Ledger();
        var cases = RecordedCase.All.Where((test, index) => index % 7 == 0 && !ledger.Contains(test.Id) && test.ExpectsResult && !test.DependsOnLocaleData).ToList();
        using var output = new StringWriter();
        using var input = new StringReader(string.Join('\n', cases.Select(test => test.Line)));
        ExpressionEvaluation.RunLinesAsync(input, output, RecordedCase.Engine(), null, CancellationToken.None).IsCompletedSuccessfully.ShouldBeTrue();
        var answers = output.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries);
        answers.Length.ShouldBe(cases.Count);
        for (var index = 0; index < cases.Count; index++)
        {
            answers[index].TrimEnd().ShouldBe($"{{\"id\":\"{cases[index].Id}\",\"result\":{cases[index].ExpectedJson}}}");
        }
    }

    private static string? Difference(RecordedCase test)
    {
        object? value;
        try
        {
            value = test.Evaluate();
        }
        catch (ExpressionException error)
        {
            return test.CompareError(error.Message);
        }
        catch (Exception error)
        {
            return $"failed with {error.GetType().Name}, which is no error of an expression: {error.Message}";
        }

        return test.CompareResult(value);
    }
}

/// <summary>One line of <c>golden.jsonl</c>.</summary>
internal sealed class RecordedCase
{
    private static readonly string Data = Path.Combine(AppContext.BaseDirectory, "data");
    private readonly JsonElement root;

    private RecordedCase(string line)
    {
        Line = line;
        using var document = JsonDocument.Parse(line);
        root = document.RootElement.Clone();
    }

    public static IReadOnlyList<RecordedCase> All { get; } =
        [.. File.ReadLines(Path.Combine(Data, "golden.jsonl")).Select(line => new RecordedCase(line))];

    public string Line { get; }

    public string Id => root.GetProperty("id").GetString()!;

    public string Area => root.GetProperty("area").GetString()!;

    public object? Expression => ModelJson.ReadValue(root.GetProperty("expression"));

    public bool IsTyped => root.GetProperty("typed").GetBoolean();

    public bool ExpectsResult => root.TryGetProperty("result", out _);

    public bool DependsOnLocaleData => root.TryGetProperty("dependsOn", out _);

    public string ExpectedJson => ValueJson.WriteWithNulls(ModelJson.ReadValue(root.GetProperty("result")));

    public IReadOnlyDictionary<string, object?> Context => (IReadOnlyDictionary<string, object?>)ModelJson.ReadValue(root.GetProperty("context"))!;

    /// <summary>Ids in backticks on the lines of the ledger that speak of expressions.</summary>
    public static HashSet<string> Ledger() => File.ReadAllLines(Path.Combine(Data, "compat.md"))
        .Where(line => line.Contains("golden.jsonl", StringComparison.Ordinal))
        .SelectMany(line => line.Split('`').Where((_, index) => index % 2 == 1))
        .Where(word => word.Contains('-') && char.IsAsciiDigit(word[^1]))
        .ToHashSet(StringComparer.Ordinal);

    /// <summary>Chance that gives the longest of its results, each time another one.</summary>
    public static ExpressionEngine Engine()
    {
        byte number = 0;
        return new ExpressionEngine(new ExpressionOptions
        {
            Random = buffer =>
            {
                buffer.Span.Fill(0xff);
                buffer.Span[^1] = number++;
            },
        });
    }

    /// <summary>As the language knows the value: a character is no text yet.</summary>
    public object? Evaluate()
    {
        var engine = Engine();
        var scope = new RenderContext(Context, new DetachedHost(Context));
        var recursive = root.TryGetProperty("recursive", out var again) && again.GetBoolean();
        return IsTyped && !recursive && Expression is string text && !text.Contains("raw", StringComparison.Ordinal)
            ? engine.Parse(text).RenderTypedOnce(scope)
            : ExpressionEvaluation.Evaluate(Expression, IsTyped, recursive, engine, scope);
    }

    public string? CompareResult(object? value)
    {
        if (!ExpectsResult)
        {
            return $"gave {ValueJson.WriteWithNulls(value)} instead of failing with {root.GetProperty("error")}";
        }

        if (IsTyped && root.TryGetProperty("resultType", out var type) && TypeOf(value) != type.GetString())
        {
            return $"gave the type {TypeOf(value)} instead of {type}";
        }

        if (DependsOnLocaleData)
        {
            return value is string { Length: > 0 } ? null : "gave no text";
        }

        var actual = ValueJson.WriteWithNulls(value);
        return actual == ExpectedJson ? null : $"gave {actual} instead of {ExpectedJson}";
    }

    public string? CompareError(string message)
    {
        if (!root.TryGetProperty("error", out var expected))
        {
            return $"failed: {message}";
        }

        return root.GetProperty("match").GetString() switch
        {
            "any" => null,
            "prefix" => message.StartsWith(root.GetProperty("prefix").GetString()!, StringComparison.Ordinal) ? null : $"error {message} does not begin with {root.GetProperty("prefix")}",
            _ => message == expected.GetString() ? null : $"error {message} instead of {expected}",
        };
    }

    private static string TypeOf(object? value) => value switch
    {
        null => "null",
        string => "string",
        int => "int32",
        long => "int64",
        double => "double",
        float => "float",
        bool => "bool",
        char => "char",
        BigInteger => "bigint",
        decimal or JavaDecimal => "decimal",
        SafeString => "safestring",
        LoopValue => "loop",
        StringArray => "array",
        IReadOnlyDictionary<string, object?> => "map",
        IReadOnlyCollection<object?> => "list",
        _ => value.GetType().Name,
    };
}
