using System.Security.Cryptography;
using System.Text;
using Kestra.Expressions.Compilation;
using Kestra.Expressions.Filters;

namespace Kestra.Expressions.Functions;

/// <summary>AES in Galois/Counter Mode with a key of Base64: 12 bytes of initialization vector, the cipher text, 16 bytes of tag, in Base64.</summary>
internal static class CipherFunctions
{
    private const int VectorLength = 12;
    private const int TagLength = 16;

    public static IEnumerable<(string Name, Function Function)> All { get; } =
    [
        ("encrypt", new Function(["key", "plaintext"], static arguments => Use(arguments, "encrypt", "plaintext", Encrypt))),
        ("decrypt", new Function(["key", "encrypted"], static arguments => Use(arguments, "decrypt", "encrypted", Decrypt))),
    ];

    private static object? Use(Arguments arguments, string name, string input, Func<byte[], string, Frame, string> use)
    {
        if (!arguments.Has("key") || !arguments.Has(input))
        {
            throw new EvaluationException($"The '{name}' function expects two arguments 'key' and '{input}'.");
        }

        if (arguments[input] is null or "")
        {
            return arguments[input];
        }

        var key = TextFilters.Text(arguments["key"] ?? throw new ConversionException("The key may not be null"));
        try
        {
            return use(Convert.FromBase64String(key.PadRight((key.Length + 3) / 4 * 4, '=')), TextFilters.Text(arguments[input]!), arguments.Frame);
        }
        catch (Exception error) when (error is CryptographicException or FormatException or ArgumentException)
        {
            throw new ConversionException($"The '{name}' function can't use this key or text: {error.Message}", error);
        }
    }

    private static string Encrypt(byte[] key, string text, Frame frame)
    {
        var plain = Encoding.UTF8.GetBytes(text);
        var sealedText = new byte[VectorLength + plain.Length + TagLength];
        frame.Options.Random(sealedText.AsMemory(0, VectorLength));
        using var cipher = new AesGcm(key, TagLength);
        cipher.Encrypt(sealedText.AsSpan(0, VectorLength), plain, sealedText.AsSpan(VectorLength, plain.Length), sealedText.AsSpan(VectorLength + plain.Length));
        return Convert.ToBase64String(sealedText);
    }

    private static string Decrypt(byte[] key, string text, Frame frame)
    {
        var sealedText = Convert.FromBase64String(text);
        var length = sealedText.Length - VectorLength - TagLength;
        var plain = length >= 0 ? new byte[length] : throw new FormatException("The text is too short");
        using var cipher = new AesGcm(key, TagLength);
        cipher.Decrypt(sealedText.AsSpan(0, VectorLength), sealedText.AsSpan(VectorLength, length), sealedText.AsSpan(VectorLength + length), plain);
        return Encoding.UTF8.GetString(plain);
    }
}
