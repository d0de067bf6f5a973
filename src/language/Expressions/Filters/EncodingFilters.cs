using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Kestra.Expressions.Compilation;
using Kestra.Expressions.Operators;
using Kestra.Expressions.Values;
using Kestra.Expressions.Yaml;
using Kestra.Ion;
using Kestra.Jq;

namespace Kestra.Expressions.Filters;

/// <summary>Filters that write a value in another notation.</summary>
internal static class EncodingFilters
{
    public static IEnumerable<(string Name, Filter Filter)> All { get; } =
    [
        ("toJson", new Filter(null, static (value, _) => ValueJson.Write(value))),
        ("json", new Filter(null, static (value, _) => ValueJson.Write(value))),
        ("toIon", new Filter(null, static (value, _) => ToIon(value))),
        ("yaml", new Filter(null, static (value, _) => value is null ? "null" : YamlText.Write(value))),
        ("jq", FilterTable.Of(["expression"], Jq)),
        ("urlencode", FilterTable.Of(static value => UrlEncode(TextFilters.Text(value)))),
        ("urldecode", FilterTable.Of(static value => UrlDecode(TextFilters.Text(value)))),
        ("base64encode", FilterTable.Of(static value => Convert.ToBase64String(Encoding.UTF8.GetBytes(ValueText.Java(value))))),
        ("base64decode", FilterTable.Of(Base64Decode)),
#pragma warning disable CA5350, CA5351 // Checksums that users ask for by name.
        ("md5", Hash(MD5.HashData)),
        ("sha1", Hash(SHA1.HashData)),
#pragma warning restore CA5350, CA5351
        ("sha256", Hash(SHA256.HashData)),
        ("sha512", Hash(SHA512.HashData)),
    ];

    // The message of jq is in the cause; what users see names the input only.
    private static object Jq(object value, Arguments arguments)
    {
        if (!arguments.Has("expression"))
        {
            throw new EvaluationException("The 'jq' filter expects an argument 'expression'.");
        }

        var program = TextFilters.Text(arguments["expression"] ?? throw NoJq(value, null));
        var context = arguments.Frame.Context;
        try
        {
            return arguments.Frame.Engine.Jq(program).Run(JqInput(value), context.CancellationToken).Select(static result => JsonShape.Of(result, keepNulls: true)).ToList();
        }
        catch (JqException error) when (error.Kind == JqErrorKind.Limit)
        {
            throw new ExpressionLimitException($"The jq program '{program}' is too expensive: {error.Message}", error);
        }
        catch (Exception error) when (error is JqException or JsonException)
        {
            throw NoJq(value, error);
        }
    }

    private static EvaluationException NoJq(object value, Exception? error) => new($"Unable to parse jq value '{ValueText.Java(value)}' with type '{ClassNames.Of(value)}'", error);

    // A text is JSON, and nothing when it is empty; map entries that are null do not exist for jq.
    private static object? JqInput(object value) => value is string text
        ? string.IsNullOrWhiteSpace(text) ? null : ValueJson.ReadFirst(text)
        : JsonShape.Of(value, keepNulls: false);

    private static string ToIon(object? value)
    {
        try
        {
            return IonText.Write(ValueExport.Of(value));
        }
        catch (IonException error)
        {
            throw new ConversionException(error.Message, error);
        }
    }

    private static string UrlDecode(string text)
    {
        var bytes = new List<byte>(text.Length);
        for (var index = 0; index < text.Length; index++)
        {
            switch (text[index])
            {
                case '+':
                    bytes.Add((byte)' ');
                    break;
                case '%' when index + 2 < text.Length && byte.TryParse(text.AsSpan(index + 1, 2), System.Globalization.NumberStyles.AllowHexSpecifier, System.Globalization.CultureInfo.InvariantCulture, out var octet):
                    bytes.Add(octet);
                    index += 2;
                    break;
                case '%':
                    throw new ConversionException("URLDecoder: Incomplete trailing escape (%) pattern");
                default:
                    var length = char.IsHighSurrogate(text[index]) && index + 1 < text.Length && char.IsLowSurrogate(text[index + 1]) ? 2 : 1;
                    bytes.AddRange(Encoding.UTF8.GetBytes(text, index, length));
                    index += length - 1;
                    break;
            }
        }

        return Encoding.UTF8.GetString([.. bytes]);
    }

    private static string UrlEncode(string text)
    {
        var encoded = new StringBuilder(text.Length + 16);
        foreach (var octet in Encoding.UTF8.GetBytes(text))
        {
            var character = (char)octet;
            if (char.IsAsciiLetterOrDigit(character) || character is '.' or '-' or '*' or '_')
            {
                encoded.Append(character);
            }
            else if (character == ' ')
            {
                encoded.Append('+');
            }
            else
            {
                encoded.Append('%').Append(octet.ToString("X2", System.Globalization.CultureInfo.InvariantCulture));
            }
        }

        return encoded.ToString();
    }

    private static string Base64Decode(object value)
    {
        if (value is not string text)
        {
            throw new EvaluationException("This filter applies to String\n");
        }

        try
        {
            return new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(Convert.FromBase64String(Padded(text)));
        }
        catch (Exception error) when (error is FormatException or DecoderFallbackException)
        {
            throw new EvaluationException("Please provide a correctly Base64 encoded string containing an UTF-8 string\n", error);
        }
    }

    // Padding may be missing altogether, but what is there has to be complete; blanks are no part of the alphabet.
    private static string Padded(string text) => text.Length % 4 == 0 || !text.EndsWith('=')
        ? text.AsSpan().IndexOfAny(" \t\r\n") < 0 ? text.PadRight((text.Length + 3) / 4 * 4, '=') : throw new FormatException("A blank is not Base64.")
        : throw new FormatException("The padding is not complete.");

    private static Filter Hash(Func<byte[], byte[]> hash) => FilterTable.Of(value => value is string text
        ? Convert.ToHexStringLower(hash(Encoding.UTF8.GetBytes(text)))
        : throw new EvaluationException("Need a string to hash\n"));
}
