using Kestra.Flows.Yaml;
using Kestra.Model.Flows;
using Kestra.Model.Flows.Reading;
using Kestra.Plugins.Description;
using Kestra.Plugins.Services;
using Kestra.Plugins.Tasks;

namespace Kestra.Worker.PluginServices;

/// <summary>Reads a task that an expression gave as YAML.</summary>
internal sealed class TaskReader(IPluginCatalog catalog) : ITaskReader
{
    // Nobody refers to the task, so it needs no id of its own.
    private const string DefaultId = "templated";

    public (TaskDefinition Definition, ITask Task) Read(string yaml)
    {
        var faults = new List<DefinitionFault>();
        var definition = DefinitionReader.ReadTask(Map(yaml), "", faults);
        if (faults.Count > 0)
        {
            throw new TaskFailedException("The templated task can't be read: " + string.Join("; ", faults.Select(static fault => $"{fault.Path}: {fault.Message}")));
        }

        try
        {
            return (definition, catalog.CreateTask(definition));
        }
        catch (PluginBindingException error)
        {
            throw new TaskFailedException($"The templated task can't be read: {error.Message}", inner: error);
        }
    }

    private static OrderedDictionary<string, object?> Map(string yaml)
    {
        try
        {
            var map = YamlDocument.Parse(yaml).Root as IReadOnlyDictionary<string, object?> ?? throw new TaskFailedException("The templated task can't be read: the text is no map");
            var whole = new OrderedDictionary<string, object?>(map, StringComparer.Ordinal);
            whole.TryAdd("id", DefaultId);
            return whole;
        }
        catch (YamlException error)
        {
            throw new TaskFailedException($"The templated task can't be read: {error.Message}", inner: error);
        }
    }
}
