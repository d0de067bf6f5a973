using System.Text.RegularExpressions;

namespace Kestra.Flows.Validation;

/// <summary>Paths in texts about a task: its id stands for every place in a list of tasks, also for those of its parents, as clients know it.</summary>
internal static partial class TaskPaths
{
    public static string Named(string path, string id) => id.Length == 0 ? path : Place().Replace(path, _ => id);

    [GeneratedRegex(@"tasks\[[0-9]+\]", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Place();
}
