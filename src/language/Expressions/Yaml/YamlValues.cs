using System.Globalization;
using System.Numerics;
using System.Text.RegularExpressions;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Kestra.Expressions.Yaml;

/// <summary>
/// Reads the first document of a YAML 1.1 text as a value. Aliases are not followed: they are the text of their name, so
/// that nothing can grow.
/// </summary>
internal sealed partial class YamlValues(int depthLimit)
{
    /// <exception cref="YamlException">The text is not YAML, is empty, or is nested too deeply.</exception>
    public static object? ReadFirst(string text, int depthLimit)
    {
        using var reader = new StringReader(text);
        var parser = new Parser(reader);
        parser.Consume<StreamStart>();
        if (!parser.TryConsume<DocumentStart>(out _))
        {
            throw new YamlException("No content to map due to end-of-input");
        }

        return new YamlValues(depthLimit).Node(parser, 0);
    }

    private object? Node(IParser parser, int depth)
    {
        if (depth > depthLimit)
        {
            throw new YamlException($"The text is nested deeper than {depthLimit.ToString(CultureInfo.InvariantCulture)} levels");
        }

        if (parser.TryConsume<AnchorAlias>(out var alias))
        {
            return alias.Value.Value;
        }

        if (parser.TryConsume<Scalar>(out var scalar))
        {
            return Typed(scalar);
        }

        return parser.TryConsume<SequenceStart>(out _) ? List(parser, depth) : Map(parser, depth);
    }

    private List<object?> List(IParser parser, int depth)
    {
        var list = new List<object?>();
        while (!parser.TryConsume<SequenceEnd>(out _))
        {
            list.Add(Node(parser, depth + 1));
        }

        return list;
    }

    private OrderedDictionary<string, object?> Map(IParser parser, int depth)
    {
        parser.Consume<MappingStart>();
        var map = new OrderedDictionary<string, object?>(StringComparer.Ordinal);
        while (!parser.TryConsume<MappingEnd>(out _))
        {
            var key = parser.TryConsume<AnchorAlias>(out var alias) ? alias.Value.Value : parser.Consume<Scalar>().Value;
            map[key] = Node(parser, depth + 1);
        }

        return map;
    }

    private static object? Typed(Scalar scalar)
    {
        var text = scalar.Value;
        if (!scalar.Tag.IsEmpty && !scalar.Tag.IsNonSpecific)
        {
            return scalar.Tag.Value switch
            {
                "tag:yaml.org,2002:int" or "tag:yaml.org,2002:float" or "tag:yaml.org,2002:bool" or "tag:yaml.org,2002:null" => Plain(text),
                "tag:yaml.org,2002:binary" => Binary(scalar),
                _ => text,
            };
        }

        return scalar.Style == ScalarStyle.Plain && scalar.IsPlainImplicit ? Plain(text) : text;
    }

    private static byte[] Binary(Scalar scalar)
    {
        try
        {
            return Convert.FromBase64String(scalar.Value);
        }
        catch (FormatException error)
        {
            throw new YamlException(scalar.Start, scalar.End, "The binary is not Base64", error);
        }
    }

    private static object? Plain(string text) => text switch
    {
        "" or "~" or "null" or "Null" or "NULL" => null,
        "true" or "True" or "TRUE" or "yes" or "Yes" or "YES" or "on" or "On" or "ON" => true,
        "false" or "False" or "FALSE" or "no" or "No" or "NO" or "off" or "Off" or "OFF" => false,
        ".inf" or ".Inf" or ".INF" or "+.inf" or "+.Inf" or "+.INF" => double.PositiveInfinity,
        "-.inf" or "-.Inf" or "-.INF" => double.NegativeInfinity,
        ".nan" or ".NaN" or ".NAN" => double.NaN,
        _ => Number(text),
    };

    private static object Number(string text)
    {
        if (!(char.IsAsciiDigit(text[0]) || text[0] is '+' or '-' or '.'))
        {
            return text;
        }

        var clean = text.Replace("_", "", StringComparison.Ordinal);
        if (WholePattern().Match(text) is { Success: true } whole)
        {
            return Smallest(whole, clean);
        }

        return FractionPattern().IsMatch(text) && double.TryParse(clean, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) ? number : text;
    }

    private static object Smallest(Match match, string clean)
    {
        var negative = clean[0] == '-';
        var digits = clean.TrimStart('+', '-');
        BigInteger number;
        if (match.Groups["hex"].Success)
        {
            number = BigInteger.Parse("0" + digits[2..], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
        }
        else if (match.Groups["binary"].Success)
        {
            number = digits[2..].Aggregate(BigInteger.Zero, static (sum, digit) => (sum * 2) + (digit - '0'));
        }
        else if (match.Groups["octal"].Success)
        {
            number = digits[1..].Aggregate(BigInteger.Zero, static (sum, digit) => (sum * 8) + (digit - '0'));
        }
        else
        {
            number = BigInteger.Parse(digits, NumberStyles.None, CultureInfo.InvariantCulture);
        }

        number = negative ? -number : number;
        return number >= int.MinValue && number <= int.MaxValue ? (int)number : number >= long.MinValue && number <= long.MaxValue ? (object)(long)number : number;
    }

    [GeneratedRegex(@"^[-+]?(?:(?<binary>0b[01_]*[01][01_]*)|(?<octal>0[0-7_]+)|(?<hex>0x[0-9a-fA-F_]*[0-9a-fA-F][0-9a-fA-F_]*)|0|[1-9][0-9_]*)\z", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture, 1000)]
    private static partial Regex WholePattern();

    [GeneratedRegex(@"^(?:[-+]?[0-9][0-9_]*\.[0-9_]*(?:[eE][-+]?[0-9]+)?|[-+]?[0-9][0-9_]*[eE][-+]?[0-9]+|[-+]?\.[0-9][0-9_]*(?:[eE][-+]?[0-9]+)?)\z", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex FractionPattern();
}
