using Kestra.Expressions;
using Kestra.Plugins.Files;
using Kestra.Plugins.Tasks;

namespace Kestra.Plugins.Core.Namespace;

/// <summary>Files of a namespace that a property names: one pattern or several.</summary>
internal static class NamespaceMatches
{
    /// <param name="wrongShape">What is said of a property that is neither a text nor a list.</param>
    public static async Task<IReadOnlyList<string>> FindAsync(IRunContext context, INamespaceFiles files, object? property, string wrongShape, CancellationToken cancellationToken)
    {
        var patterns = Patterns(context.RenderValue(property), wrongShape);
        var found = new List<string>();
        await foreach (var path in files.ListAsync(cancellationToken))
        {
            if (patterns.Exists(pattern => pattern.IsMatch(path)))
            {
                found.Add(path);
            }
        }

        return found;
    }

    private static List<FilePattern> Patterns(object? rendered, string wrongShape) => rendered switch
    {
        string text => [FilePattern.InNamespace(text)],
        IReadOnlyList<object?> list => [.. list.Select(static item => FilePattern.InNamespace(ValueConversion.ToText(item)))],
        _ => throw new TaskFailedException(wrongShape),
    };
}
