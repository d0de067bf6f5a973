namespace Kestra.Worker.Running;

internal static class EmptyVariables
{
    public static IReadOnlyDictionary<string, object?> Instance { get; } = new OrderedDictionary<string, object?>();
}
