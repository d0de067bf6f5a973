using Kestra.Expressions.Compilation;
using Kestra.Expressions.Values;

namespace Kestra.Expressions.Operators;

/// <summary>The operator <c>~</c> and texts with several parts. No text grows beyond what may be rendered.</summary>
internal static class Concatenation
{
    public static string Of(Frame frame, string left, string right) =>
        (long)left.Length + right.Length <= frame.Options.OutputLimit ? left + right : throw Output.TooLong(frame.Options.OutputLimit);

    public static string Of(Frame frame, string[] parts) =>
        parts.Sum(static part => (long)part.Length) <= frame.Options.OutputLimit ? string.Concat(parts) : throw Output.TooLong(frame.Options.OutputLimit);

    public static string Text(object? value) => value is null ? "" : ValueText.Java(value);
}
