using Kestra.Plugins.Tasks;

namespace Kestra.Plugins.Core.Storage;

/// <summary>Splits a file into several by its lines.</summary>
[Plugin("io.kestra.plugin.core.storage.Split", Aliases = ["io.kestra.core.tasks.storages.Split"], Title = "Split a file from Kestra’s internal storage into multiple files.")]
[PluginOutput("uris", typeof(IReadOnlyList<Uri>), Title = "The URIs of split files in Kestra’s internal storage.")]
public sealed class Split : IRunnableTask
{
    [PluginProperty(Required = true)]
    public Property<string>? From { get; init; }

    /// <summary>Size of a part, for example <c>10KB</c>.</summary>
    public Property<string>? Bytes { get; init; }

    /// <summary>Number of parts.</summary>
    public Property<int>? Partitions { get; init; }

    /// <summary>Lines of a part.</summary>
    public Property<int>? Rows { get; init; }

    /// <summary>Written after each line.</summary>
    [PluginProperty(DocumentedDefault = "\\n")]
    public Property<string> Separator { get; init; } = Property.Of<string>("\n");

    public async Task<TaskResult> RunAsync(IRunContext context, CancellationToken cancellationToken)
    {
        var rule = new SplitRule(Bytes?.Render(context), Number(Partitions, context), Number(Rows, context), Separator.Or(context, "\n"));
        var parts = await FileSplitter.SplitAsync(context, From.Required(context, "from"), rule, cancellationToken);
        return Outputs.One("uris", parts.Select(static part => (object?)part).ToList());
    }

    private static int? Number(Property<int>? property, IRunContext context)
    {
        if (property is null)
        {
            return null;
        }

        return PropertyConversion.To<int?>(context.RenderValue(property.Raw)) ?? throw new TaskFailedException("No value present");
    }
}
