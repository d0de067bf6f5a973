using System.Text.Json;
using Kestra.Expressions;
using Kestra.Plugins.Core;
using Kestra.Plugins.Description;
using Kestra.Plugins.Scripts;

namespace Kestra.Plugins.Hosting.Tests;

/// <summary>Every plugin of the product against the schema that the original gives for it.</summary>
public sealed class ContractTests
{
    // Read with the definition of a task, trigger or condition, and described there.
    private static readonly HashSet<string> Common = new(CommonProperties.For(PluginKind.Task).Concat(CommonProperties.For(PluginKind.Trigger)).Select(static property => property.Name).Append("interval"), StringComparer.Ordinal);

    // Parts of ForEachItem take what they need from it under names of their own; nobody writes them.
    private static readonly string[] Parts = ["io.kestra.plugin.core.flow.ForEachItem$"];

    // The specification of validations gives these the text that sequential lists have, which the schemas do not show.
    private static readonly string[] SaidOfLists = ["io.kestra.plugin.core.flow.Parallel", "io.kestra.plugin.core.flow.EachParallel"];

    private static readonly PluginCatalog Catalog = new(typeof(CorePluginTable).Assembly, typeof(ScriptPluginTable).Assembly);

    public static TheoryData<string> Types { get; } = [.. Index().Where(static plugin => Concerns(plugin.Type)).Select(static plugin => plugin.Type)];

    [Fact]
    public void Every_type_of_the_original_is_there_or_named_here()
    {
        // Dashboards are no flows' plugins; the local storage is no plugin here; an expanded template has no meaning without templates.
        var missing = Index().Select(static plugin => plugin.Type).Where(static type => Catalog.Find(type) is null);
        missing.Where(static type => !type.StartsWith("io.kestra.plugin.core.dashboard.", StringComparison.Ordinal))
            .ShouldBe(["io.kestra.plugin.core.flow.Template$ExecutorTemplate", "io.kestra.storage.local.LocalStorage"], ignoreOrder: true);
    }

    [Fact]
    public void No_type_is_there_that_the_original_lacks() =>
        Catalog.All.Select(static plugin => plugin.Type).Except(Index().Select(static plugin => plugin.Type)).ShouldBeEmpty();

    [Theory]
    [MemberData(nameof(Types))]
    public void Kind_and_names_are_those_of_the_original(string type)
    {
        using var contract = Contract(type);
        var plugin = Catalog.Find(type)!;

        KindName(plugin.Kind).ShouldBe(contract.RootElement.GetProperty("kind").GetString());
        plugin.Deprecated.ShouldBe(contract.RootElement.GetProperty("deprecated").GetBoolean());
        plugin.Beta.ShouldBe(contract.RootElement.GetProperty("beta").GetBoolean());
        foreach (var alias in contract.RootElement.GetProperty("aliases").EnumerateArray().Select(static alias => alias.GetString()!))
        {
            Catalog.Find(alias)?.Type.ShouldBe(type, $"alias {alias}");
        }
    }

    [Theory]
    [MemberData(nameof(Types))]
    public void Properties_are_those_of_the_original(string type)
    {
        using var contract = Contract(type);
        var schema = contract.RootElement.GetProperty("schema");
        var wanted = Own(schema);
        var properties = Catalog.Find(type)!.Properties.Where(property => !property.Common && !Hidden.Contains((type, property.Name)) && (!Common.Contains(property.Name) || wanted.ContainsKey(property.Name))).ToDictionary(static property => property.Name, StringComparer.Ordinal);

        properties.Keys.ShouldBe(wanted.Keys, ignoreOrder: true);
        var required = schema.TryGetProperty("required", out var list) ? list.EnumerateArray().Select(static name => name.GetString()!).ToHashSet(StringComparer.Ordinal) : [];
        foreach (var (name, property) in properties)
        {
            property.Required.ShouldBe(required.Contains(name), $"{name}: required");
            property.Deprecated.ShouldBe(Any(wanted[name], "$deprecated"), $"{name}: deprecated");
            if (IsSaid(wanted[name], "$dynamic"))
            {
                property.Dynamic.ShouldBe(Any(wanted[name], "$dynamic"), $"{name}: dynamic");
            }
        }
    }

    [Theory]
    [MemberData(nameof(Types))]
    public void Defaults_are_those_of_the_original(string type)
    {
        using var contract = Contract(type);
        var plugin = Catalog.Find(type)!;
        foreach (var (name, wanted) in Own(contract.RootElement.GetProperty("schema")))
        {
            var own = plugin.Properties.First(property => property.Name == name);
            var expected = wanted.TryGetProperty("default", out var value) ? Text(value) : null;
            // The schema leaves defaults of objects inside out that are null or follow from the type.
            Shown(own.Default).ShouldBe(expected, $"{name}: default");
        }
    }

    [Theory]
    [MemberData(nameof(Types))]
    public void Outputs_and_metrics_are_those_of_the_original(string type)
    {
        using var contract = Contract(type);
        var plugin = Catalog.Find(type)!;

        var outputs = contract.RootElement.GetProperty("outputs").TryGetProperty("properties", out var declared) ? declared.EnumerateObject().Select(static output => output.Name) : [];
        plugin.Outputs.Select(static output => output.Name).ShouldBe(outputs, ignoreOrder: true);
        var metrics = contract.RootElement.GetProperty("metrics").EnumerateArray().Select(static metric => (metric.GetProperty("name").GetString(), metric.GetProperty("type").GetString()));
        foreach (var metric in metrics)
        {
            plugin.Metrics.Select(static own => ((string?)own.Name, (string?)own.Type)).ShouldContain(metric);
        }
    }

    [Theory]
    [MemberData(nameof(Types))]
    public void Constraints_say_what_the_original_says(string type)
    {
        using var contract = Contract(type);
        var plugin = Catalog.Find(type)!;
        if (!contract.RootElement.TryGetProperty("constraints", out var constraints))
        {
            return;
        }

        foreach (var constraint in constraints.EnumerateArray().Where(static constraint => constraint.GetProperty("constraint").GetString() == "NotEmpty"))
        {
            var name = constraint.GetProperty("field").GetString()!;
            var message = constraint.TryGetProperty("message", out var own) ? own.GetString()! : SaidOfLists.Contains(type) ? "The 'tasks' property cannot be empty" : "must not be empty";
            plugin.Properties.First(property => property.Name == name).Constraints.Select(static known => known.Message).ShouldContain(message, $"{name}");
        }

        foreach (var name in constraints.EnumerateArray().Where(static constraint => constraint.GetProperty("constraint").GetString() == "NotNull").Select(static constraint => constraint.GetProperty("field").GetString()!))
        {
            var property = plugin.Properties.FirstOrDefault(property => property.Name == name);
            // A property with a default is never null; a list that must hold something says so of null, too.
            if (property is { Common: false, Default: null } && !(SaidOfLists.Contains(type) && name == "tasks"))
            {
                property.Constraints.Select(static known => known.Message).ShouldContain("must not be null", $"{name}");
            }
        }
    }

    private static bool Concerns(string type) => Catalog.Find(type) is not null && !Array.Exists(Parts, part => type.StartsWith(part, StringComparison.Ordinal));

    // Properties that the original has and does not show: the engine's own way to hand the task's image over.
    private static readonly HashSet<(string, string)> Hidden = [("io.kestra.plugin.scripts.runner.docker.Docker", "image")];

    private static Dictionary<string, JsonElement> Own(JsonElement schema) => schema.GetProperty("properties").EnumerateObject()
        .Where(static property => !IsCommon(property))
        .ToDictionary(static property => property.Name, static property => property.Value, StringComparer.Ordinal);

    // The schemas mark what all plugins of a kind have; of the script plugins the type, and of some properties the mark, went missing.
    private static bool IsCommon(JsonProperty property) =>
        property.Name is "id" or "type" or "version" or "retry" or "timeout" or "conditions" or "stopAfter" or "failOnTriggerError" or "taskCache" || (property.Value.ValueKind == JsonValueKind.Object && Any(property.Value, "$group", "core"));

    private static bool Any(JsonElement schema, string mark) => Marks(schema, mark).Any(static value => value.ValueKind == JsonValueKind.True);

    private static bool Any(JsonElement schema, string mark, string text) => Marks(schema, mark).Any(value => value.ValueKind == JsonValueKind.String && value.GetString() == text);

    private static bool IsSaid(JsonElement schema, string mark) => Marks(schema, mark).Any();

    // A schema of several shapes carries its marks inside of each.
    private static IEnumerable<JsonElement> Marks(JsonElement schema, string mark)
    {
        if (schema.TryGetProperty(mark, out var value))
        {
            yield return value;
        }

        if (schema.TryGetProperty("anyOf", out var shapes))
        {
            foreach (var inner in shapes.EnumerateArray().SelectMany(shape => Marks(shape, mark)))
            {
                yield return inner;
            }
        }
    }

    private static string KindName(PluginKind kind) => kind switch
    {
        PluginKind.Task => "tasks",
        PluginKind.Trigger => "triggers",
        PluginKind.Condition => "conditions",
        _ => "task-runners",
    };

    // Defaults of rendered properties are printed as text whatever their type; both sides are compared as text.
    private static string? Shown(object? value) => value switch
    {
        null => null,
        string text => text.StartsWith('{') || text.StartsWith('[') ? Normal(text) : text,
        bool flag => flag ? "true" : "false",
        NodaTime.Duration duration => Model.Durations.IsoDuration.Format(duration),
        Enum member => member.ToString(),
        IReadOnlyList<object?> list => Normal(ValueJson.Write(list)),
        System.Collections.IEnumerable list => Normal(ValueJson.Write(list.Cast<object?>().Select(static item => (object?)item?.ToString()).ToList())),
        _ when value.GetType() is { IsClass: true, Namespace: not "System" } => null,
        _ => ValueConversion.ToText(value),
    };

    private static string Text(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.String => value.GetString()! is var text && text.StartsWith('[') ? Normal(text) : value.GetString()!,
        JsonValueKind.Object or JsonValueKind.Array => Normal(value.GetRawText()),
        _ => value.GetRawText(),
    };

    // An expression looks like a map, and is none.
    private static string Normal(string json)
    {
        if (json.StartsWith("{{", StringComparison.Ordinal))
        {
            return json;
        }

        using var document = JsonDocument.Parse(json);
        return JsonSerializer.Serialize(document.RootElement);
    }

    private static List<(string Type, string Kind)> Index()
    {
        using var index = JsonDocument.Parse(File.ReadAllText(PathOf("index")));
        return [.. index.RootElement.EnumerateArray().Select(static plugin => (plugin.GetProperty("type").GetString()!, plugin.GetProperty("kind").GetString()!))];
    }

    private static JsonDocument Contract(string type) => JsonDocument.Parse(File.ReadAllText(PathOf(type)));

    private static string PathOf(string name) => Path.Combine(AppContext.BaseDirectory, "plugins", name + ".json");
}
