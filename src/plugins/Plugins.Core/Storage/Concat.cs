using System.Text;
using System.Text.Json;
using Kestra.Expressions;
using Kestra.Plugins.Tasks;

namespace Kestra.Plugins.Core.Storage;

/// <summary>Appends files to each other.</summary>
[Plugin("io.kestra.plugin.core.storage.Concat", Aliases = ["io.kestra.core.tasks.storages.Concat"], Title = "Concat files from Kestra’s internal storage.")]
[PluginOutput("uri", typeof(Uri), Title = "The concatenated file URI.")]
public sealed class Concat : IRunnableTask
{
    /// <summary>A list of addresses, or an expression that gives one as JSON.</summary>
    [PluginProperty(Required = true, Dynamic = true)]
    public object? Files { get; init; }

    /// <summary>Written after every file.</summary>
    public Property<string>? Separator { get; init; }

    public Property<string> Extension { get; init; } = Property.Of<string>(".tmp");

    public async Task<TaskResult> RunAsync(IRunContext context, CancellationToken cancellationToken)
    {
        var separator = Separator?.Render(context);
        var target = context.WorkingDirectory.CreateTempFile(Extension.Or(context, ".tmp"));
        await using (var output = new FileStream(target, FileMode.Create, FileAccess.Write, FileShare.None, 64 * 1024, FileOptions.Asynchronous))
        {
            foreach (var address in Addresses(context.RenderValue(Files)))
            {
                await using (var source = await context.Storage.OpenAsync(address, cancellationToken))
                {
                    await source.CopyToAsync(output, cancellationToken);
                }

                if (separator is not null)
                {
                    await output.WriteAsync(Encoding.UTF8.GetBytes(separator), cancellationToken);
                }
            }
        }

        return Outputs.One("uri", await context.Storage.PutFileAsync(target, cancellationToken: cancellationToken));
    }

    private static IEnumerable<string> Addresses(object? rendered) => rendered switch
    {
        IReadOnlyList<object?> list => list.Where(static item => item is not null).Select(ValueConversion.ToText),
        string text => Addresses(Parsed(text)),
        _ => throw new TaskFailedException($"Invalid `files` properties with type '{ValueTypes.Of(rendered)}'"),
    };

    private static IReadOnlyList<object?> Parsed(string text)
    {
        try
        {
            return ValueJson.ReadFirst(text) as IReadOnlyList<object?> ?? throw new TaskFailedException($"Invalid `files` properties: '{text}' is not a JSON list");
        }
        catch (JsonException error)
        {
            throw new TaskFailedException($"Invalid `files` properties: '{text}' is not a JSON list ({error.Message})", inner: error);
        }
    }
}
