using System.Numerics;
using Kestra.Expressions.Tests.Differential;
using Shouldly;
using Xunit;

namespace Kestra.Expressions.Tests;

/// <summary>Random templates give the same text, or the same error, as a plain walk over their trees.</summary>
public sealed class DifferentialTests(ITestOutputHelper output)
{
    private const int Cases = 100_000;

    private const string Variables =
        """{"n":5,"big":2147483647,"d":2.5,"s":"Hello","e":"","t":true,"f":false,"nul":null,"l":[3,1,2],"ls":["b","a","c"],"m":{"a":1,"b":{"c":"deep"},"nothing":null},"em":{},"el":[]}""";

    private static readonly ExpressionEngine Engine = new(new ExpressionOptions { CacheSize = 0 });

    [Fact]
    public void Compiled_and_walked_templates_agree()
    {
        var seed = int.TryParse(Environment.GetEnvironmentVariable("KESTRA_TEST_SEED"), out var given) ? given : Random.Shared.Next();
        output.WriteLine($"seed {seed}");
        var values = Engines.Variables(Variables);
        var results = new int[2];
        Parallel.For(0, Cases, new ParallelOptions { MaxDegreeOfParallelism = 2 }, index =>
        {
            var parts = new TermGenerator(new Random(unchecked((seed * 397) ^ index))).Parts(2);
            var text = TemplateText.Text(parts);
            var expected = TreeWalk.Run(parts, (Dictionary<string, object?>)Copy(values)!);
            if (expected is null)
            {
                return;
            }

            var actual = Compiled(text, values);
            Interlocked.Increment(ref results[expected[0] == '=' ? 0 : 1]);
            actual.ShouldBe(expected == "! fails" && actual[0] == '!' ? actual : expected, $"KESTRA_TEST_SEED={seed}, case {index}: {text}");
        });

        // A generator that gave nothing but errors would prove little.
        results[0].ShouldBeGreaterThan(Cases / 2);
        results[1].ShouldBeGreaterThan(Cases / 10);
    }

    private static string Compiled(string text, IReadOnlyDictionary<string, object?> values)
    {
        try
        {
            return "= " + Engine.Render(text, new RenderContext(values));
        }
        catch (MissingVariableException error)
        {
            return "! missing " + error.Name;
        }
        catch (ExpressionException error)
        {
            const string Rule = "io.pebbletemplates.pebble.error.PebbleException: ";
            var end = error.Message.LastIndexOf($" ({text}:", StringComparison.Ordinal);
            return error.Message.StartsWith(Rule, StringComparison.Ordinal) && end > 0 ? "! " + error.Message[Rule.Length..end] : "! fails";
        }
    }

    private static object? Copy(object? value) => value switch
    {
        IReadOnlyDictionary<string, object?> map => map.ToDictionary(pair => pair.Key, pair => Copy(pair.Value)),
        IReadOnlyList<object?> list => list.Select(Copy).ToList(),
        BigInteger => throw new InvalidOperationException("The walk knows no large integers."),
        _ => value,
    };
}
