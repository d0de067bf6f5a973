using System.Globalization;
using System.Text;
using Kestra.Expressions.Values;

namespace Kestra.Expressions.Compilation;

/// <summary>What a rendering has printed.</summary>
/// <param name="limit">Characters.</param>
/// <param name="keepsPieces">Keeps each printed value as it is, for typed rendering.</param>
internal sealed class Output(int limit, bool keepsPieces = false)
{
    private readonly List<object>? pieces = keepsPieces ? [] : null;
    private string? first;
    private StringBuilder? builder;
    private int length;

    public IReadOnlyList<object> Pieces => pieces ?? throw new InvalidOperationException("This output keeps a text only.");

    public string Text => pieces is not null ? string.Concat(pieces.Select(ValueText.Print)) : builder?.ToString() ?? first ?? "";

    public void Write(string text)
    {
        Grow(text.Length);
        if (pieces is not null)
        {
            pieces.Add(text);
        }
        else if (builder is not null)
        {
            builder.Append(text);
        }
        else if (first is null)
        {
            first = text;
        }
        else
        {
            builder = new StringBuilder(first, Math.Max(first.Length + text.Length, 256)).Append(text);
        }
    }

    public void Write(object value)
    {
        if (value is string text)
        {
            Write(text);
        }
        else if (pieces is not null)
        {
            Grow(value is IReadOnlyCollection<object?> ? ValueText.Print(value).Length : 16);
            pieces.Add(value);
        }
        else if (builder is not null && value is int or long)
        {
            Grow(1);
            builder.Append(CultureInfo.InvariantCulture, $"{value}");
        }
        else
        {
            Write(ValueText.Print(value));
        }
    }

    private void Grow(int more)
    {
        length += more;
        if (length > limit || length < 0)
        {
            throw TooLong(limit);
        }
    }

    public static ExpressionLimitException TooLong(int limit) => new($"The rendered text is longer than {limit.ToString(CultureInfo.InvariantCulture)} characters");
}
