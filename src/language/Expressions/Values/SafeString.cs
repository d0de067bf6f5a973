namespace Kestra.Expressions.Values;

/// <summary>The text that a macro gives back: prints as text, and equals no string.</summary>
internal sealed record SafeString(string Text)
{
    public override string ToString() => Text;
}
