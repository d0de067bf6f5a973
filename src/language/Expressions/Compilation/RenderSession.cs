namespace Kestra.Expressions.Compilation;

/// <summary>What a rendering shares with those that <c>render()</c> starts inside it: limits, and lists that were changed.</summary>
internal sealed class RenderSession
{
    public int Steps { get; set; }

    /// <summary>Macros and renderings inside each other.</summary>
    public int Depth { get; set; }

    /// <summary>What stands for the lists that expressions changed in place, by the list itself and by its stand-in; null as long as none was.</summary>
    public Dictionary<object, ChangedList>? Changed { get; set; }
}

/// <summary>The stand-in of a list that was changed.</summary>
internal sealed class ChangedList(List<object?> items)
{
    public List<object?> Items { get; } = items;

    /// <summary>Number of changes.</summary>
    public int Version { get; set; }
}
