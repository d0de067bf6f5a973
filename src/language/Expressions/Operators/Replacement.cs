using System.Text;
using Kestra.Expressions.Compilation;

namespace Kestra.Expressions.Operators;

/// <summary>Replaces a text by another everywhere, as far as the result may be rendered.</summary>
internal static class Replacement
{
    public static string Of(Frame frame, string text, string from, string to)
    {
        if (from.Length == 0)
        {
            return Between(frame, text, to);
        }

        if (to.Length <= from.Length)
        {
            return text.Replace(from, to, StringComparison.Ordinal);
        }

        var limit = frame.Options.OutputLimit;
        var replaced = new StringBuilder();
        var position = 0;
        for (var at = text.IndexOf(from, StringComparison.Ordinal); at >= 0; at = text.IndexOf(from, position, StringComparison.Ordinal))
        {
            replaced.Append(text, position, at - position).Append(to);
            position = at + from.Length;
            Check(replaced.Length, limit);
        }

        replaced.Append(text, position, text.Length - position);
        Check(replaced.Length, limit);
        return replaced.ToString();
    }

    // Java finds the empty text before every character and at the end.
    private static string Between(Frame frame, string text, string to)
    {
        var limit = frame.Options.OutputLimit;
        Check(text.Length + ((text.Length + 1L) * to.Length), limit);
        var replaced = new StringBuilder(to);
        foreach (var character in text)
        {
            replaced.Append(character).Append(to);
        }

        return replaced.ToString();
    }

    private static void Check(long length, int limit)
    {
        if (length > limit)
        {
            throw Output.TooLong(limit);
        }
    }
}
