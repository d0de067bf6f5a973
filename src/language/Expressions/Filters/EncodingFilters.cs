using System.Security.Cryptography;
using System.Text;
using Kestra.Expressions.Compilation;
using Kestra.Expressions.Values;
using Kestra.Ion;

namespace Kestra.Expressions.Filters;

/// <summary>Filters that write a value in another notation.</summary>
internal static class EncodingFilters
{
    public static IEnumerable<(string Name, Filter Filter)> All { get; } =
    [
        ("toJson", new Filter(null, static (value, _) => ValueJson.Write(value))),
        ("json", new Filter(null, static (value, _) => ValueJson.Write(value))),
        ("toIon", new Filter(null, static (value, _) => IonText.Write(value))),
        ("jq", FilterTable.Of(["expression"], Jq)),
        ("urlencode", FilterTable.Of(static value => UrlEncode(TextFilters.Text(value)))),
        ("urldecode", FilterTable.Of(static value => Uri.UnescapeDataString(TextFilters.Text(value).Replace('+', ' ')))),
        ("base64encode", FilterTable.Of(static value => Convert.ToBase64String(Encoding.UTF8.GetBytes(ValueText.Java(value))))),
        ("base64decode", FilterTable.Of(Base64Decode)),
#pragma warning disable CA5350, CA5351 // Checksums that users ask for by name.
        ("md5", Hash(MD5.HashData)),
        ("sha1", Hash(SHA1.HashData)),
#pragma warning restore CA5350, CA5351
        ("sha256", Hash(SHA256.HashData)),
        ("sha512", Hash(SHA512.HashData)),
    ];

    private static object Jq(object value, Arguments arguments)
    {
        if (!arguments.Has("expression"))
        {
            throw new EvaluationException("The 'jq' filter expects an argument 'expression'.");
        }

        var program = arguments["expression"] as string ?? throw new ConversionException("the jq program has to be a text");
        var run = arguments.Frame.Options.Jq ?? throw new EvaluationException(Unknown.Filter("jq"));
        try
        {
            var input = value is string text ? ValueJson.ReadFirst(text) : ValueJson.ReadFirst(ValueJson.Write(value));
            return run(program, input).ToList();
        }
        catch (Exception error) when (error is not OperationCanceledException)
        {
            throw new EvaluationException($"Unable to parse jq value '{ValueText.Java(value)}' with type '{ClassNames.Of(value)}'", error);
        }
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
            return new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(Convert.FromBase64String(text.PadRight((text.Length + 3) / 4 * 4, '=')));
        }
        catch (Exception error) when (error is FormatException or DecoderFallbackException)
        {
            throw new EvaluationException("Please provide a correctly Base64 encoded string containing an UTF-8 string\n", error);
        }
    }

    private static Filter Hash(Func<byte[], byte[]> hash) => FilterTable.Of(value => value is string text
        ? Convert.ToHexStringLower(hash(Encoding.UTF8.GetBytes(text)))
        : throw new EvaluationException("Need a string to hash\n"));
}
