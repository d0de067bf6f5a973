using Kestra.Expressions.Values;

namespace Kestra.Expressions.Operators;

/// <summary>The operator <c>~</c> and texts with several parts.</summary>
internal static class Concatenation
{
    public static string Of(object? left, object? right) => Text(left) + Text(right);

    public static string Text(object? value) => value is null ? "" : ValueText.Java(value);
}
