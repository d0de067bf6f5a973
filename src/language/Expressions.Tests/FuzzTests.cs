using System.Diagnostics;
using System.Text;
using Shouldly;
using Xunit;

namespace Kestra.Expressions.Tests;

/// <summary>Whatever the text is, parsing and rendering end soon, with a result or an error of the expression.</summary>
public sealed class FuzzTests(ITestOutputHelper output)
{
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(1);
    private const long MostBytes = 64 * 1024 * 1024;

    private static readonly string[] Words =
    [
        "{{", "}}", "{%", "%}", "{#", "#}", "-", "{{-", "-}}", "{%-", "-%}", "(", ")", "[", "]", "{", "}", "'", "\"", "#{", "\\", ",", ":", "?", "??", "???", ".", "..", "|", "~", "=", "==",
        "if", "endif", "for", "in", "endfor", "set", "macro", "endmacro", "block", "endblock", "filter", "endfilter", "verbatim", "endverbatim", "raw", "endraw", "else", "elseif",
        "is", "is not", "not", "and", "or", "contains", "isIn", "equals", "true", "null", "a", "l", "m", "upper", "first", "default", "max", "range", "render", "1", "1.5", "10L", "007",
        "99999999999999999999", " ", "\n", "\r\n", "\t", "\u00a0", "\u2028", "é", "日", "\ud83d\ude00", "\ud800", "\0", "\ue000", "\ue001", "+", "*", "/", "%", "<", ">=", "@", "$",
    ];

    private static readonly ExpressionOptions Small = new() { StepLimit = 20_000, OutputLimit = 100_000, ListLimit = 10_000, CacheSize = 0, RegexTimeout = TimeSpan.FromMilliseconds(50) };

    [Fact]
    public void Random_characters() => Run(2000, random =>
    {
        var text = new StringBuilder("{{");
        for (var count = random.Next(60); count > 0; count--)
        {
            text.Append((char)(random.Next(4) == 0 ? random.Next(0x10000) : random.Next(128)));
        }

        return text.Append(random.Next(2) == 0 ? "}}" : "").ToString();
    });

    [Fact]
    public void Random_words() => Run(4000, random =>
    {
        var text = new StringBuilder();
        for (var count = random.Next(40); count > 0; count--)
        {
            text.Append(Words[random.Next(Words.Length)]).Append(random.Next(2) == 0 ? " " : "");
        }

        return text.ToString();
    });

    [Fact]
    public void Mutated_recordings()
    {
        var sources = RecordedCase.All.Select(test => test.Expression).OfType<string>().Where(text => text.Contains('{')).ToArray();
        Run(4000, random =>
        {
            var text = new StringBuilder(sources[random.Next(sources.Length)]);
            for (var count = random.Next(1, 5); count > 0; count--)
            {
                Mutate(text, sources, random);
            }

            return text.ToString();
        });
    }

    [Theory]
    [InlineData("{{ ", "[", "")]
    [InlineData("{{ ", "(", "")]
    [InlineData("{{ ", "{'a':", "")]
    [InlineData("{{ ", "not ", "")]
    [InlineData("{{ ", "\"#{", "")]
    [InlineData("{{ a", ".a", "}}")]
    [InlineData("{{ a", "(a", "}}")]
    [InlineData("{{ a", " | default", "}}")]
    [InlineData("{{ 'a'", " ~ 'a'", "}}")]
    [InlineData("{{ a", " ? a : a", "}}")]
    [InlineData("", "{% if a %}", "")]
    [InlineData("", "{% raw %}", "")]
    [InlineData("", "{% raw %}x{% endraw %}", "")]
    [InlineData("", "{%raw", "{% endraw %}")]
    [InlineData("", "{% verbatim %}", "")]
    [InlineData("", "{#", "")]
    [InlineData("", "{{", "")]
    [InlineData("", "{", "")]
    [InlineData("{{ '", "\\'", "' }}")]
    [InlineData("{%", " ", "raw %}")]
    [InlineData("{{ 1", "0", " }}")]
    [InlineData("{{ 1.", "0", " }}")]
    [InlineData("{% set ", "a", " = 1 %}")]
    [InlineData("{% macro m(", "a,", "b) %}{% endmacro %}{{ m() }}")]
    public void A_long_row_of_the_same(string start, string part, string end) => Check(start + string.Concat(Enumerable.Repeat(part, 50_000)) + end);

    private static void Mutate(StringBuilder text, string[] sources, Random random)
    {
        var at = random.Next(text.Length + 1);
        switch (random.Next(5))
        {
            case 0 when at < text.Length:
                text.Remove(at, Math.Min(random.Next(1, 6), text.Length - at));
                break;
            case 1:
                text.Insert(at, Words[random.Next(Words.Length)]);
                break;
            case 2 when at < text.Length:
                text[at] = (char)random.Next(32, 127);
                break;
            case 3:
                text.Insert(at, text.ToString(0, Math.Min(at, 200)));
                break;
            default:
                var other = sources[random.Next(sources.Length)];
                text.Insert(at, other.AsSpan(random.Next(other.Length + 1)));
                break;
        }
    }

    private void Run(int count, Func<Random, string> make)
    {
        var seed = int.TryParse(Environment.GetEnvironmentVariable("KESTRA_TEST_SEED"), out var given) ? given : Random.Shared.Next();
        output.WriteLine($"seed {seed}");
        var random = new Random(seed);
        for (var index = 0; index < count; index++)
        {
            var text = make(random);
            try
            {
                Check(text);
            }
            catch (Exception error) when (error is not OperationCanceledException)
            {
                throw new InvalidOperationException($"KESTRA_TEST_SEED={seed}, case {index}: {text}", error);
            }
        }
    }

    private static void Check(string text)
    {
        var engine = new ExpressionEngine(Small);
        var context = new RenderContext(Engines.Variables("""{"a":"x","l":[3,1,2],"m":{"a":{"a":1}},"s":"hello World","n":5}"""));
        var (began, before) = (Stopwatch.GetTimestamp(), GC.GetAllocatedBytesForCurrentThread());
        try
        {
            engine.Render(text, context);
            engine.RenderTyped(text, context);
        }
        catch (ExpressionException)
        {
            // A wrong text is what is expected most of the time.
        }

        var allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        allocated.ShouldBeLessThan(MostBytes + (text.Length * 2000L), text[..Math.Min(text.Length, 200)]);
        Stopwatch.GetElapsedTime(began).ShouldBeLessThan(Longest * 5, text[..Math.Min(text.Length, 200)]);
    }
}
