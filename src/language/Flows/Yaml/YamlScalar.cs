using System.Globalization;
using System.Numerics;
using System.Text.RegularExpressions;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Kestra.Flows.Yaml;

/// <summary>Plain scalars by the rules of YAML 1.1, without dates and base 60.</summary>
internal static partial class YamlScalar
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
