using System.Reflection;
using Kestra.Plugins.Core;
using Kestra.Plugins.Core.Flow;
using Kestra.Plugins.Description;
using Kestra.Plugins.Scripts;
using Kestra.Plugins.Scripts.Runners;

namespace Kestra.Plugins.Hosting.Tests;

public sealed class CatalogTests
{
    private static readonly PluginCatalog Catalog = new(typeof(CorePluginTable).Assembly, typeof(ScriptPluginTable).Assembly);

    [Theory]
    [InlineData(typeof(CorePluginTable))]
    [InlineData(typeof(ScriptPluginTable))]
    public void The_table_lists_what_the_attributes_say(Type table)
    {
        var listed = ((IPluginTable)Activator.CreateInstance(table)!).Entries.ToDictionary(static entry => entry.Type, StringComparer.Ordinal);
        var attributed = table.Assembly.GetExportedTypes()
            .Select(static type => (Type: type, Attribute: type.GetCustomAttribute<PluginAttribute>(inherit: false)))
            .Where(static plugin => plugin.Attribute is not null)
            .ToDictionary(static plugin => plugin.Attribute!.Type, StringComparer.Ordinal);

        listed.Keys.ShouldBe(attributed.Keys, ignoreOrder: true);
        foreach (var (name, plugin) in attributed)
        {
            listed[name].ClrType().ShouldBe(plugin.Type);
            listed[name].Aliases.ShouldBe(plugin.Attribute!.Aliases, ignoreOrder: true);
        }
    }

    [Theory]
    [InlineData("io.kestra.plugin.core.log.Logs", "io.kestra.plugin.core.log.Log")]
    [InlineData("io.kestra.core.tasks.log.Logg", "io.kestra.core.tasks.log.Log")]
    [InlineData("io.kestra.plugin.core.flow.Foreach", "io.kestra.plugin.core.flow.ForEach")]
    [InlineData("org.other.Request", "io.kestra.plugin.core.http.Request")]
    [InlineData("entirely.unlike.Anything", null)]
    public void A_misspelt_type_is_told_its_nearest(string unknown, string? nearest)
    {
        var found = Catalog.Nearest(unknown);
        if (nearest is null)
        {
            found.ShouldBeNull();
            return;
        }

        Catalog.Find(found!)!.Type.ShouldBe(Catalog.Find(nearest)!.Type);
        Should.Throw<PluginBindingException>(() => Catalog.Create(unknown, Map())).Faults.ShouldHaveSingleItem().Message.ShouldStartWith($"Invalid type: {unknown}");
    }

    [Fact]
    public void Names_are_case_sensitive() => Catalog.Find("io.kestra.plugin.core.log.log").ShouldBeNull();

    [Fact]
    public void All_faults_of_a_plugin_are_told_at_once()
    {
        var error = Should.Throw<PluginBindingException>(() => Catalog.Create("io.kestra.plugin.core.flow.ForEach", Map(("concurrencyLimit", -1), ("tasks", new List<object?>()), ("nope", 1))));

        error.Faults.Select(static fault => $"{fault.Path}: {Short(fault.Message)}").ShouldBe(
            [
                "values: must not be null",
                "tasks: The 'tasks' property cannot be empty",
                "concurrencyLimit: must be greater than or equal to 0",
                "nope: Unrecognized field \"nope\" (class io.kestra.plugin.core.flow.ForEach), not marked as ignorable",
            ],
            ignoreOrder: true);
    }

    [Theory]
    [InlineData("io.kestra.plugin.core.flow.Switch", """{"value":"x"}""", "", "No task defined, neither cases or default have any tasks")]
    [InlineData("io.kestra.plugin.core.flow.Dag", """{"tasks":[{"task":{"id":"a","type":"t"},"dependsOn":["nope","other"]}]}""", "", "Not existing task id in dependency: nope, other")]
    [InlineData("io.kestra.plugin.core.flow.Dag", """{"tasks":[{"task":{"id":"a","type":"t"},"dependsOn":["b"]},{"task":{"id":"b","type":"t"},"dependsOn":["a"]},{"task":{"id":"c","type":"t"},"dependsOn":["a"]}]}""", "", "Cyclic dependency detected: a, b")]
    [InlineData("io.kestra.plugin.core.flow.Dag", """{}""", "tasks", "must not be empty")]
    [InlineData("io.kestra.plugin.core.flow.If", """{"condition":"true","then":[]}""", "then", "must not be empty")]
    [InlineData("io.kestra.plugin.core.flow.Subflow", """{"namespace":"a","flowId":"b","revision":0}""", "revision", "must be greater than or equal to 1")]
    [InlineData("io.kestra.plugin.core.trigger.Schedule", """{"cron":"nope"}""", "", "invalid cron expression 'nope': Cron expression contains 1 parts but we expect one of [5]")]
    [InlineData("io.kestra.plugin.core.trigger.Schedule", """{"cron":"0 0 * * *","timezone":"Nope/Zone"}""", "timezone", "timezone '(Nope/Zone)' is not a valid time-zone ID")]
    [InlineData("io.kestra.plugin.core.trigger.Webhook", """{}""", "key", "must not be null")]
    [InlineData("io.kestra.plugin.core.trigger.Flow", """{"preconditions":{"id":"p","timeWindow":{"type":"SLIDING_WINDOW","deadline":"09:00:00"}}}""", "preconditions.timeWindow", "Time window of type `SLIDING_WINDOW` cannot have a deadline.")]
    [InlineData("io.kestra.plugin.core.trigger.Flow", """{"preconditions":{"id":"p","timeWindow":{"type":"DAILY_TIME_WINDOW","startTime":"09:00:00"}}}""", "preconditions.timeWindow", "Time window of type `DAILY_TIME_WINDOW` must have an end time.")]
    [InlineData("io.kestra.plugin.core.trigger.Flow", """{"preconditions":{"id":"p","where":[{"id":"w","filters":[{"field":"STATE","type":"IN","value":"x","values":["a"]}]}]}}""", "preconditions.where[0].filters[0]", "`value` must be null for type IN")]
    [InlineData("io.kestra.plugin.core.condition.Not", """{"conditions":[{"type":"io.kestra.plugin.core.condition.DayWeek"}]}""", "conditions[0].dayOfWeek", "must not be null")]
    [InlineData("io.kestra.plugin.core.condition.Not", """{"conditions":[{"type":"io.kestra.plugin.core.log.Log","message":"x"}]}""", "conditions[0]", "Invalid type: io.kestra.plugin.core.log.Log")]
    [InlineData("io.kestra.plugin.scripts.shell.Commands", """{"commands":["x"],"taskRunner":{"type":"io.kestra.plugin.core.debug.Return"}}""", "taskRunner", "Invalid type: io.kestra.plugin.core.debug.Return")]
    public void What_does_not_fit_together_is_refused(string type, string properties, string path, string message)
    {
        var raw = (IReadOnlyDictionary<string, object?>)Expressions.ValueJson.ReadFirst(properties)!;
        var fault = Should.Throw<PluginBindingException>(() => Catalog.Create(type, raw)).Faults.ShouldHaveSingleItem();

        fault.Path.ShouldBe(path);
        fault.Message.ShouldBe(message);
    }

    [Fact]
    public void A_runner_inside_a_task_is_bound_by_its_type()
    {
        var raw = (IReadOnlyDictionary<string, object?>)Expressions.ValueJson.ReadFirst("""{"commands":["x"],"taskRunner":{"type":"io.kestra.plugin.core.runner.Process"}}""")!;
        ((ScriptTask)Catalog.Create("io.kestra.plugin.scripts.shell.Commands", raw)).TaskRunner.ShouldBeOfType<ProcessRunner>();
    }

    [Fact]
    public void The_parts_of_a_ForEachItem_are_named_after_it()
    {
        var definition = new Model.Flows.TaskDefinition { Id = "each", Type = "io.kestra.plugin.core.flow.ForEachItem", Properties = Map(("items", "{{ x }}"), ("namespace", "a"), ("flowId", "b"), ("batch", Map(("rows", 2)))) };
        var task = (ForEachItem)Catalog.CreateTask(definition);

        task.Children.Select(static child => child.Id).ShouldBe(["each_split", "each_items", "each_merge"]);
        foreach (var child in task.Children)
        {
            Catalog.CreateTask(child).ShouldNotBeNull();
        }

        ((ForEachItemExecutable)Catalog.CreateTask(task.Children.ElementAt(1))).SplitTaskId.ShouldBe("each_split");
    }

    [Fact]
    public void A_broken_plugin_file_is_told_and_left_out()
    {
        var folder = Directory.CreateTempSubdirectory("kestra-plugins-");
        try
        {
            File.WriteAllText(Path.Combine(folder.FullName, "broken.dll"), "no assembly");
            var problems = new List<string>();

            PluginFolder.Load(folder.FullName, problems.Add).ShouldBeEmpty();
            problems.ShouldHaveSingleItem().ShouldContain("broken.dll");
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Fact]
    public void A_plugin_of_a_folder_has_its_own_context_and_shares_the_contract()
    {
        var folder = Directory.CreateTempSubdirectory("kestra-plugins-");
        try
        {
            var source = typeof(CorePluginTable).Assembly.Location;
            File.Copy(source, Path.Combine(folder.FullName, Path.GetFileName(source)));

            var assembly = PluginFolder.Load(folder.FullName, problem => throw new InvalidOperationException(problem)).ShouldHaveSingleItem();

            assembly.ShouldNotBe(typeof(CorePluginTable).Assembly);
            var log = new PluginCatalog(assembly).Create("io.kestra.plugin.core.log.Log", Map(("message", "x")));
            log.ShouldBeAssignableTo<Plugins.Tasks.IRunnableTask>();
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Fact]
    public void Two_plugins_of_one_name_are_refused() =>
        Should.Throw<InvalidOperationException>(() => new PluginCatalog(typeof(CorePluginTable).Assembly, typeof(CorePluginTable).Assembly)).Message.ShouldContain("both have the name");

    private static string Short(string message) => message.IndexOf(" (1", StringComparison.Ordinal) is > 0 and var end ? message[..end] : message;

    private static OrderedDictionary<string, object?> Map(params (string Name, object? Value)[] pairs)
    {
        var map = new OrderedDictionary<string, object?>(StringComparer.Ordinal);
        foreach (var (name, value) in pairs)
        {
            map[name] = value;
        }

        return map;
    }
}
