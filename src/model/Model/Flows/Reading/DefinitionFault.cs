namespace Kestra.Model.Flows.Reading;

/// <summary>How a fault came about, which decides how it is told: what can't be read is told alone, broken rules are told together.</summary>
public enum FaultKind
{
    /// <summary>The value can be read, but breaks a rule.</summary>
    Constraint,

    /// <summary>The value is not of the property's type.</summary>
    Shape,

    /// <summary>As <see cref="Shape"/>, noticed by a reader of its own, whose texts name no place in the source.</summary>
    Cast,

    /// <summary>The object has no such property.</summary>
    UnknownProperty,

    /// <summary>No class has this name.</summary>
    UnknownType,
}

/// <param name="Path">Where, for example <c>tasks[0].timeout</c>.</param>
/// <param name="Message">What is wrong, as clients match it.</param>
/// <param name="Chain">The classes on the way to the value, as texts of shape faults list them.</param>
/// <param name="Hint">What would be right, where that is known.</param>
/// <param name="Shown">The path in texts when it differs: the id of a task or an input stands for its place in a list.</param>
public readonly record struct DefinitionFault(string Path, string Message, FaultKind Kind = FaultKind.Constraint, string Chain = "", string? Hint = null, string? Shown = null)
{
    /// <summary>The definition can't be read at all, as opposed to breaking a rule.</summary>
    public bool IsUnreadable => Kind is not FaultKind.Constraint;
}

/// <summary>Where a value stands: its path for users, and the chain of classes that texts of shape faults list.</summary>
public readonly record struct FaultPlace(string Path, string Chain)
{
    public static FaultPlace Root => new("", "");

    /// <param name="shown">The name in paths, where it is not the property's own (<c>_finally</c>).</param>
    public FaultPlace Property(string className, string name, string? shown = null) =>
        new(Path.Length == 0 ? shown ?? name : $"{Path}.{shown ?? name}", Linked($"{className}[\"{name}\"]"));

    public FaultPlace Item(int index) => new(string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{Path}[{index}]"), Linked(string.Create(System.Globalization.CultureInfo.InvariantCulture, $"java.util.ArrayList[{index}]")));

    public FaultPlace Key(string key) => new($"{Path}.{key}", Linked($"java.util.LinkedHashMap[\"{key}\"]"));

    /// <summary>This place below another one.</summary>
    public FaultPlace Below(FaultPlace other) => new(JoinPaths(other.Path, Path), other.Chain.Length == 0 ? Chain : Chain.Length == 0 ? other.Chain : $"{other.Chain}->{Chain}");

    public DefinitionFault Fault(string message, FaultKind kind = FaultKind.Constraint, string? hint = null) => new(Path, message, kind, Chain, hint);

    private static string JoinPaths(string above, string below) =>
        above.Length == 0 ? below : below.Length == 0 ? above : below[0] == '[' ? above + below : $"{above}.{below}";

    private string Linked(string element) => Chain.Length == 0 ? element : $"{Chain}->{element}";
}
