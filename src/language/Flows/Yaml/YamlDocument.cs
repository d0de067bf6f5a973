using System.Globalization;
using System.Numerics;
using System.Text.RegularExpressions;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;
using Parser = YamlDotNet.Core.Parser;

namespace Kestra.Flows.Yaml;

/// <summary>A YAML text as raw values, with the position of each.</summary>
/// <param name="Root">Of the closed list of values; null for an empty text.</param>
/// <param name="Positions">Line and column, 1-based, by path (<c>tasks[0].id</c>).</param>
/// <param name="Duplicates">Paths of keys that appear more than once in their map; the last one counts.</param>
public sealed record YamlDocument(object? Root, IReadOnlyDictionary<string, (long Line, long Column)> Positions, IReadOnlyList<string> Duplicates)
{
    /// <exception cref="YamlException">The text is not YAML, or exceeds a limit.</exception>
    public static YamlDocument Parse(string text, YamlLimits? limits = null) => new YamlReading(text, limits ?? new YamlLimits()).Read();
}

/// <summary>
/// Builds values from parser events, so that nothing is ever expanded: an alias is the text of its name, as Kestra reads it,
/// and a bomb of aliases has nowhere to explode.
/// </summary>
internal sealed partial class YamlReading(string text, YamlLimits limits)
{
    private readonly Dictionary<string, (long Line, long Column)> positions = new(StringComparer.Ordinal);
    private readonly List<string> duplicates = [];
    private int nodes;

    public YamlDocument Read()
    {
        if (text.Length > limits.Length)
        {
            throw new YamlException($"The text has {text.Length} characters, more than the limit of {limits.Length}", 1, 1);
        }

        try
        {
            using var reader = new StringReader(text);
            var parser = new Parser(reader);
            parser.Consume<StreamStart>();
            if (!parser.TryConsume<DocumentStart>(out _))
            {
                return new YamlDocument(null, positions, duplicates);
            }

            return new YamlDocument(Node(parser, "", 0), positions, duplicates);
        }
        catch (YamlDotNet.Core.YamlException error)
        {
            throw new YamlException(error.Message, error.Start.Line, error.Start.Column);
        }
    }

    private object? Node(IParser parser, string path, int depth)
    {
        var start = parser.Current!.Start;
        positions.TryAdd(path, (start.Line, start.Column));
        if (++nodes > limits.Nodes)
        {
            throw new YamlException($"The document has more than {limits.Nodes} values", start.Line, start.Column);
        }

        if (depth > limits.Depth)
        {
            throw new YamlException($"The document is nested deeper than {limits.Depth} levels", start.Line, start.Column);
        }

        switch (parser.Current)
        {
            case MappingStart:
                return Map(parser, path, depth);
            case SequenceStart:
                return List(parser, path, depth);
            case AnchorAlias alias:
                parser.MoveNext();
                return alias.Value.Value;
            default:
                return Scalars.Value(parser.Consume<Scalar>());
        }
    }

    private OrderedDictionary<string, object?> Map(IParser parser, string path, int depth)
    {
        parser.MoveNext();
        var map = new OrderedDictionary<string, object?>(StringComparer.Ordinal);
        while (!parser.TryConsume<MappingEnd>(out _))
        {
            var start = parser.Current!.Start;
            var key = parser.Current switch
            {
                Scalar scalar => scalar.Value,
                AnchorAlias alias => alias.Value.Value,
                _ => throw new YamlException("Expected a field name", start.Line, start.Column),
            };
            parser.MoveNext();
            var at = path.Length == 0 ? key : $"{path}.{key}";
            if (map.ContainsKey(key))
            {
                duplicates.Add(at);
            }

            positions[at] = (start.Line, start.Column);
            map[key] = Node(parser, at, depth + 1);
        }

        return map;
    }

    private List<object?> List(IParser parser, string path, int depth)
    {
        parser.MoveNext();
        var list = new List<object?>();
        while (!parser.TryConsume<SequenceEnd>(out _))
        {
            list.Add(Node(parser, string.Create(CultureInfo.InvariantCulture, $"{path}[{list.Count}]"), depth + 1));
        }

        return list;
    }

    /// <summary>Plain scalars by the rules of YAML 1.1, without dates and base 60.</summary>
    private static partial class Scalars
    {
        public static object? Value(Scalar scalar)
        {
            var text = scalar.Value;
            if (scalar.Style is not ScalarStyle.Plain || scalar.Tag.IsNonSpecific is false && !scalar.Tag.IsEmpty)
            {
                return text;
            }

            return text switch
            {
                "" or "~" or "null" or "Null" or "NULL" => null,
                "true" or "True" or "TRUE" or "yes" or "Yes" or "YES" or "on" or "On" or "ON" => true,
                "false" or "False" or "FALSE" or "no" or "No" or "NO" or "off" or "Off" or "OFF" => false,
                _ => Number(text) ?? text,
            };
        }

        private static object? Number(string text)
        {
            if (!(char.IsAsciiDigit(text[0]) || text[0] is '-' or '+' or '.'))
            {
                return null;
            }

            var plain = text.Replace("_", "", StringComparison.Ordinal);
            if (Decimal().IsMatch(text))
            {
                return Smallest(BigInteger.Parse(plain, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture));
            }

            if (Hex().Match(plain) is { Success: true } hex)
            {
                return Smallest(BigInteger.Parse("0" + hex.Groups[2].Value, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture) * (hex.Groups[1].Value == "-" ? -1 : 1));
            }

            if (Octal().Match(plain) is { Success: true } octal)
            {
                return Smallest(octal.Groups[2].Value.Aggregate(BigInteger.Zero, (sum, digit) => (sum * 8) + (digit - '0')) * (octal.Groups[1].Value == "-" ? -1 : 1));
            }

            return Fraction().IsMatch(text) && double.TryParse(plain, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) ? number : null;
        }

        // The casts to object keep the branches from being made one type, which would be the largest.
        private static object Smallest(BigInteger number) =>
            number >= int.MinValue && number <= int.MaxValue ? (object)(int)number : number >= long.MinValue && number <= long.MaxValue ? (object)(long)number : number;

        [GeneratedRegex(@"^[-+]?(?:0|[1-9][0-9_]*)$", RegexOptions.CultureInvariant, 1000)]
        private static partial Regex Decimal();

        [GeneratedRegex("^([-+]?)0x([0-9a-fA-F]+)$", RegexOptions.CultureInvariant, 1000)]
        private static partial Regex Hex();

        [GeneratedRegex("^([-+]?)0([0-7]+)$", RegexOptions.CultureInvariant, 1000)]
        private static partial Regex Octal();

        [GeneratedRegex(@"^[-+]?(?:[0-9][0-9_]*)?(?:\.[0-9_]*)?(?:[eE][-+]?[0-9]+)?$", RegexOptions.CultureInvariant, 1000)]
        private static partial Regex Fraction();
    }
}
