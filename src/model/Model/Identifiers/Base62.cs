namespace Kestra.Model.Identifiers;

/// <summary>128-bit numbers as text: big-endian, unsigned, digits 0-9 A-Z a-z, without padding.</summary>
public static class Base62
{
    private const string Alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

    public static string Encode(UInt128 number)
    {
        Span<char> text = stackalloc char[22];
        var start = text.Length;
        do
        {
            text[--start] = Alphabet[(int)(number % 62)];
            number /= 62;
        }
        while (number > 0);

        return new string(text[start..]);
    }
}
