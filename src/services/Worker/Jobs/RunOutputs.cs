using Kestra.Model.Json;
using Kestra.Plugins.Tasks;

namespace Kestra.Worker.Jobs;

/// <summary>What a run may give as its result.</summary>
internal static class RunOutputs
{
    /// <summary>The outputs without nulls.</summary>
    /// <param name="limit">Bytes as JSON.</param>
    /// <param name="owner">Whose outputs they are, for the message.</param>
    /// <exception cref="TaskFailedException">They are larger than the limit.</exception>
    public static OrderedDictionary<string, object?> Check(IReadOnlyDictionary<string, object?>? outputs, int limit, string owner)
    {
        if (outputs is null)
        {
            return [];
        }

        var kept = new OrderedDictionary<string, object?>(StringComparer.Ordinal);
        foreach (var (key, value) in outputs)
        {
            if (value is not null)
            {
                kept[key] = value;
            }
        }

        var size = ModelJson.SizeOf(kept);
        return size <= limit
            ? kept
            : throw new TaskFailedException($"The outputs of {owner} have {size} bytes as JSON, more than the limit of {limit}. Write large results to a file of internal storage and output its address.");
    }
}
