namespace Kestra.Expressions.Compilation;

/// <summary>What a rendering shares with those that <c>render()</c> starts inside it: limits, and lists that were changed.</summary>
internal sealed class RenderSession
{
    public int Steps { get; set; }

    /// <summary>Macros and renderings inside each other.</summary>
    public int Depth { get; set; }

    /// <summary>Copies that stand for the lists that expressions changed in place.</summary>
    public Dictionary<object, List<object?>>? Changed { get; set; }
}
