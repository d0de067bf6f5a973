using Kestra.Cli.Flows;
using Kestra.Cli.Maintenance;
using Kestra.Cli.Namespaces;

namespace Kestra.Cli.Tests;

/// <summary>Commands and parts that need no server.</summary>
public sealed class LocalCommandTests : IDisposable
{
    private readonly Workspace workspace = new();

    public void Dispose() => workspace.Dispose();

    [Fact]
    public async Task Validation_in_process_tells_every_fault_of_every_file_with_its_place()
    {
        workspace.Write("flows/good.yml", "id: good\nnamespace: a.b\ntasks:\n  - id: t\n    type: io.kestra.plugin.core.log.Log\n    message: hi\n");
        workspace.Write("flows/deep/bad.yaml", "id: bad\nnamespace: a.b\ntasks:\n  - id: t\n    type: io.kestra.plugin.core.log.Lag\n  - id: t\n    type: io.kestra.plugin.core.log.Log\n");
        workspace.Write("flows/not-a-flow.txt", "ignored");

        var output = await workspace.RunAsync(1, "flow", "validate", "--local", "flows");

        output.ShouldBe("✓ - a.b / good\n");
        workspace.Error.ShouldContain($"✘ - {Path.Combine(workspace.Folder, "flows/deep/bad.yaml")}\n\tUnable to parse flow due to the following error(s):\n\t- ");
        workspace.Error.ShouldContain("io.kestra.plugin.core.log.Lag (did you mean 'io.kestra.plugin.core.log.Log'?) : tasks[0] (line 4, column 5)");
        workspace.Error.ShouldContain("Duplicate task id with name [t]");
        workspace.Error.ShouldContain("(line 4, column 5)");
    }

    [Fact]
    public async Task A_fault_of_several_lines_keeps_them_below_each_other()
    {
        workspace.Write("a.yml", "id: a\nnamespace: n\ntasks:\n\t- id: t\n");

        await workspace.RunAsync(1, "flow", "validate", "--local", "a.yml");

        workspace.Error.ShouldContain("while scanning for the next token\n\t  found character '\\t(TAB)'");
    }

    [Fact]
    public async Task Pages_of_no_plugins_are_not_written_in_silence()
    {
        await workspace.RunAsync(0, "plugins", "doc", "pages");

        workspace.Error.ShouldContain("--core");
        Directory.Exists(Path.Combine(workspace.Folder, "pages")).ShouldBeFalse();
    }

    [Fact]
    public async Task Validation_speaks_json_to_machines()
    {
        workspace.Write("a.yml", "id: a\nnamespace: n\ntasks: []\n");

        var output = await workspace.RunAsync(1, "flow", "validate", "--local", "a.yml", "-o", "json");

        using var document = System.Text.Json.JsonDocument.Parse(output);
        document.RootElement[0].GetProperty("id").GetString().ShouldBe("a");
        document.RootElement[0].GetProperty("valid").GetBoolean().ShouldBeFalse();
        document.RootElement[0].GetProperty("problems")[0].GetString()!.ShouldContain("tasks");
    }

    [Fact]
    public async Task An_empty_folder_is_an_error_for_whoever_validates()
    {
        Directory.CreateDirectory(Path.Combine(workspace.Folder, "empty"));

        await workspace.RunAsync(1, "flow", "validate", "--local", "empty");

        workspace.Error.ShouldContain($"No flow found in '{Path.Combine(workspace.Folder, "empty")}'!");
    }

    [Fact]
    public async Task An_empty_folder_never_deletes_everything()
    {
        Directory.CreateDirectory(Path.Combine(workspace.Folder, "empty"));

        await workspace.RunAsync(1, "flow", "updates", "--delete", "empty");
        await workspace.RunAsync(1, "flow", "namespace", "update", "a", "--delete", "empty");

        workspace.Error.ShouldContain("this would delete every flow on the server");
    }

    [Fact]
    public async Task Includes_are_put_in_where_they_stand()
    {
        workspace.Write("one.txt", "single line\n");
        workspace.Write("sub/two.sql", "select 1\nfrom t\n");
        workspace.Write("flow.yaml", "a: \"[[> one.txt ]]!\"\nb: |\n  [[> sub/two.sql]] gone\nc: plain\n");

        var output = await workspace.RunAsync(0, "flow", "expand", "flow.yaml");

        output.ShouldBe("a: \"single line!\"\nb: |\n  select 1\n  from t\nc: plain\n");
        workspace.Error.ShouldContain("deprecated");
    }

    [Fact]
    public async Task An_include_that_is_missing_is_named()
    {
        var path = workspace.Write("flow.yaml", "a: [[> nowhere.txt ]]\n");

        await workspace.RunAsync(1, "flow", "expand", path);

        workspace.Error.ShouldContain($"The file '{Path.Combine(workspace.Folder, "nowhere.txt")}' is not a file");
    }

    [Fact]
    public async Task A_flow_that_is_no_file_is_told()
    {
        await workspace.RunAsync(1, "flow", "create", "nowhere.yaml");

        workspace.Error.ShouldContain($"The file '{Path.Combine(workspace.Folder, "nowhere.yaml")}' is not a file");
    }

    [Fact]
    public async Task An_expression_is_rendered_with_variables_of_a_file()
    {
        workspace.Write("context.json", "{\"user\": {\"name\": \"ada\", \"tags\": [1, 2]}, \"again\": \"{{ user.name }}\"}");
        workspace.Write("context.yaml", "user:\n  name: bob\n");

        (await workspace.RunAsync(0, "expression", "eval", "Hello {{ user.name | upper }}", "--context", "context.json")).ShouldBe("Hello ADA\n");
        (await workspace.RunAsync(0, "expression", "eval", "Hello {{ user.name }}", "--context", "context.yaml")).ShouldBe("Hello bob\n");
        (await workspace.RunAsync(0, "expression", "eval", "{{ user.tags }}", "--context", "context.json", "--typed")).ShouldBe("[1,2]\n");
        (await workspace.RunAsync(0, "expression", "eval", "{{ again }}", "--context", "context.json", "--recursive")).ShouldBe("ada\n");
        await workspace.RunAsync(1, "expression", "eval", "{{ missing.name }}");
        workspace.Error.ShouldContain("missing");
        workspace.Error.ShouldNotContain("   at ");
        await workspace.RunAsync(1, "expression", "eval", "{{ 1 }}", "--context", "nowhere.json");
        workspace.Error.ShouldContain("There is no file");
    }

    [Fact]
    public async Task Without_any_expression_it_is_said_what_to_give()
    {
        workspace.Input = "\n";
        await workspace.RunAsync(1, "expression", "eval");
        workspace.Error.ShouldContain("There is nothing to evaluate");
        workspace.Input = "{\"id\":\"a\",\"expression\":\"{{ x + 1 }}\"}\n";
        await workspace.RunAsync(1, "expression", "eval", "--typed");
        workspace.Error.ShouldContain("A JSON line holds its own");
    }

    [Fact]
    public async Task Expressions_come_as_lines_of_the_standard_input()
    {
        workspace.Input = "{\"id\":\"a\",\"expression\":\"{{ x + 1 }}\",\"context\":{\"x\":1},\"typed\":true}\n\n{\"id\":\"b\",\"expression\":\"{{ nope }}\",\"context\":{}}\n{\"id\":\"c\",\"expression\":[\"{{ x }}\"],\"context\":{\"x\":\"y\"}}\nno json\n";

        var lines = (await workspace.RunAsync(0, "expression", "eval")).Split('\n', StringSplitOptions.RemoveEmptyEntries);

        lines.Length.ShouldBe(4);
        lines[0].ShouldBe("{\"id\":\"a\",\"result\":2}");
        lines[1].ShouldStartWith("{\"id\":\"b\",\"error\":\"");
        lines[2].ShouldBe("{\"id\":\"c\",\"result\":[\"y\"]}");
        lines[3].ShouldStartWith("{\"error\":\"");
    }

    [Fact]
    public async Task A_flow_is_drawn_for_graphviz()
    {
        workspace.Write("g.yaml", """
            id: g
            namespace: n
            tasks:
              - id: one
                type: io.kestra.plugin.core.debug.Return
              - id: both
                type: io.kestra.plugin.core.flow.Parallel
                tasks:
                  - { id: left, type: io.kestra.plugin.core.debug.Return }
                  - { id: right, type: io.kestra.plugin.core.debug.Return }
              - id: choice
                type: io.kestra.plugin.core.flow.If
                condition: "{{ true }}"
                then:
                  - { id: yes_task, type: io.kestra.plugin.core.debug.Return }
            errors:
              - { id: oops, type: io.kestra.plugin.core.debug.Return }
            """);

        var graph = await workspace.RunAsync(0, "flow", "dot", "g.yaml");

        graph.ShouldStartWith("digraph \"n.g\" {\n");
        graph.ShouldContain("  subgraph \"cluster_both\" {\n    label=\"both\";\n    \"left\" [label=\"left\\nReturn\"];\n    \"right\" [label=\"right\\nReturn\"];\n  }\n");
        foreach (var edge in (string[])["\"start\" -> \"one\";", "\"one\" -> \"both\";", "\"both\" -> \"left\";", "\"both\" -> \"right\";", "\"left\" -> \"choice\";", "\"right\" -> \"choice\";", "\"choice\" -> \"yes_task\" [label=\"then\"];", "\"yes_task\" -> \"end\";", "\"choice\" -> \"end\";", "\"start\" -> \"oops\" [label=\"errors\", style=dashed];"])
        {
            graph.ShouldContain($"  {edge}\n");
        }
    }

    [Fact]
    public async Task Configuration_is_shown_as_yaml_with_its_secrets_masked()
    {
        workspace.Write("k.yml", "kestra:\n  encryption:\n    secretKey: hidden-value\n  url: http://here\n");
        workspace.Environment["KESTRA_ENVIRONMENT_NAME"] = "dev: one";

        var masked = await workspace.RunAsync(0, "configs", "properties", "-c", "k.yml");
        var shown = await workspace.RunAsync(0, "-c", "k.yml", "configs", "properties", "--show-secrets");

        masked.ShouldContain("activeEnvironments:\n  - cli\n");
        masked.ShouldContain("kestra.url: \"http://here\"\n");
        masked.ShouldContain("kestra.environment.name: \"dev: one\"\n");
        masked.ShouldContain("kestra.encryption.secret-key: \"*****\"\n");
        masked.ShouldNotContain("hidden-value");
        shown.ShouldContain("kestra.encryption.secret-key: hidden-value\n");
    }

    [Fact]
    public async Task A_configuration_is_checked_without_starting_anything()
    {
        workspace.Write("good.yml", "kestra: {queue: {type: h2}, repository: {type: h2}, storage: {type: local}}\n");
        workspace.Write("bad.yml", "kestra: {url: 'ftp://x', queue: {type: h2}, repository: {type: h2}, storage: {type: local}}\n");

        (await workspace.RunAsync(0, "configs", "validate", "-c", "good.yml")).ShouldContain("Configuration is valid.");
        await workspace.RunAsync(1, "configs", "validate", "-c", "bad.yml");
        workspace.Error.ShouldContain("✘ - kestra.url\n");
        workspace.Error.ShouldContain("Configuration is invalid: 1 error(s) found.");
        await workspace.RunAsync(1, "configs", "validate");
        workspace.Error.ShouldContain("✘ - kestra.queue.type\n    - Server configuration requires the 'kestra.queue.type' property to be defined.");
        workspace.Error.ShouldContain("Configuration is invalid: 3 error(s) found.");
    }

    [Fact]
    public async Task A_server_without_its_settings_says_which_are_missing()
    {
        await workspace.RunAsync(1, "server", "standalone");

        workspace.Error.ShouldContain("Server configuration requires the 'kestra.queue.type' property to be defined.");
        workspace.Error.ShouldContain("Incomplete server configuration - missing required properties");
    }

    [Fact]
    public async Task Plugins_are_found_by_a_word()
    {
        var found = await workspace.RunAsync(0, "plugins", "search", "LOG.log");
        var none = await workspace.RunAsync(0, "plugins", "search", "no-such-thing");

        found.ShouldContain("\nFound 1 plugins matching 'LOG.log'\n\nNAME  TITLE");
        found.ShouldContain("\nLog   ");
        found.ShouldContain("io.kestra.plugin.core.log");
        none.ShouldContain("No plugins found matching 'no-such-thing'");
    }

    [Fact]
    public async Task Plugins_are_listed_and_documented()
    {
        var list = await workspace.RunAsync(0, "plugins", "list", "--core", "-p", ".");
        var doc = await workspace.RunAsync(0, "plugins", "doc", "--core", "docs");

        list.ShouldContain("Kestra.Plugins.Core 1.0.0 ");
        list.ShouldContain("io.kestra.plugin.core.log.Log");
        doc.ShouldContain("Generate doc in: ");
        var page = workspace.Read("docs/plugins/Kestra.Plugins.Core/tasks/io.kestra.plugin.core.log.Log.md");
        page.ShouldContain("# Log\n");
        page.ShouldContain("| `message` |");
    }

    [Theory]
    [InlineData(0, "Error: No plugin to install.", "plugins", "install")]
    [InlineData(2, "Invalid coordinates 'x'", "plugins", "install", "x")]
    [InlineData(1, "Java archives", "plugins", "install", "io.kestra.plugin:plugin-aws:LATEST")]
    [InlineData(1, "Java archives", "plugins", "install", "--all")]
    [InlineData(1, "not available in this version", "sys", "state-store", "migrate")]
    [InlineData(1, "Reindexing type 'log' is not supported", "sys", "reindex", "-t", "log")]
    [InlineData(2, "Missing required option: '--type=<type>'", "sys", "reindex")]
    [InlineData(1, "Templates are deprecated and switched off", "template", "export", ".")]
    [InlineData(1, "Tenant configuration is an enterprise feature. It can only be main in OSS", "migrate", "default-tenant", "--tenant-id", "x")]
    [InlineData(1, "No database is configured ('kestra.repository.type')", "sys", "database", "migrate")]
    public async Task Commands_that_cannot_do_what_was_asked_say_so(int code, string message, params string[] arguments)
    {
        await workspace.RunAsync(code, arguments);

        workspace.Error.ShouldContain(message);
    }

    [Fact]
    public async Task The_embedded_database_is_migrated_and_has_tenants()
    {
        Directory.CreateDirectory(Path.Combine(workspace.Folder, "data"));

        (await workspace.RunAsync(0, "sys", "database", "migrate")).ShouldBe("Successfully run the database schema migration.\n");
        (await workspace.RunAsync(0, "sys", "database", "migrate")).ShouldBe("Successfully run the database schema migration.\n");
        (await workspace.RunAsync(0, "migrate", "tenants", "--dry-run")).ShouldContain("🧪 Dry-run mode enabled. No changes will be applied.");
        (await workspace.RunAsync(0, "migrate", "default-tenant")).ShouldContain("✅ Tenant migration complete.");
        (await workspace.RunAsync(0, "migrate", "metadata", "kv")).ShouldContain("✅ KV Metadata migration complete.");
        (await workspace.RunAsync(0, "list", "tenants")).ShouldBe("main\n");
        (await workspace.RunAsync(0, "sys", "purge-queue", "--retention", "PT1H")).ShouldContain("Successfully purged 0 messages");
        File.Exists(Path.Combine(workspace.Folder, "data/database.db")).ShouldBeTrue();
    }

    [Theory]
    [InlineData("*.log", "a.log", true)]
    [InlineData("*.log", "deep/a.log", true)]
    [InlineData("*.log", "a.log.txt", false)]
    [InlineData("/a.txt", "a.txt", true)]
    [InlineData("/a.txt", "deep/a.txt", false)]
    [InlineData("node_modules/", "node_modules/x/y.js", true)]
    [InlineData("node_modules/", "src/node_modules/y.js", true)]
    [InlineData("node_modules/", "node_modules", false)]
    [InlineData("src/**/test", "src/a/b/test/x", true)]
    [InlineData("src/*.py", "src/deep/a.py", false)]
    [InlineData("**/x.md", "a/b/x.md", true)]
    [InlineData("file?.txt", "file1.txt", true)]
    [InlineData("file[0-9].txt", "filea.txt", false)]
    [InlineData("file[!0-9].txt", "filea.txt", true)]
    [InlineData("# comment", "# comment", false)]
    [InlineData("\\#real", "#real", true)]
    [InlineData("*.txt\n!keep.txt", "keep.txt", false)]
    [InlineData("dir/\n!dir/keep.txt", "dir/keep.txt", true)]
    public void Ignored_files_follow_the_rules_of_gitignore(string rules, string path, bool ignored) =>
        IgnoreRules.Parse(rules.Split('\n')).Ignores(path).ShouldBe(ignored);

    [Theory]
    [InlineData("42", true)]
    [InlineData("-1.5", true)]
    [InlineData("true", true)]
    [InlineData("2024-01-01T00:00:00Z", true)]
    [InlineData("{\"a\": [1, 2]}", true)]
    [InlineData("[1]", true)]
    [InlineData("hello", false)]
    [InlineData("hello world", false)]
    [InlineData("", false)]
    [InlineData("say \"hi\"", false)]
    public void A_value_of_the_key_value_store_is_a_literal_or_a_text(string text, bool literal) =>
        NamespaceKvUpdateCommand.IsLiteral(text).ShouldBe(literal);

    [Fact]
    public void Yaml_is_quoted_where_it_must_be()
    {
        var text = new StringWriter();
        YamlLines.Write(text, new Dictionary<string, object?>
        {
            ["plain"] = "text with blanks", ["number"] = "42", ["yes"] = "yes", ["line"] = "a\nb", ["none"] = null, ["list"] = new List<object?> { "x", new Dictionary<string, object?> { ["k"] = "v", ["l"] = "w" } }, ["empty"] = new List<object?>(),
        });

        text.ToString().ShouldBe("plain: text with blanks\nnumber: \"42\"\n\"yes\": \"yes\"\nline: \"a\\nb\"\nnone: null\nlist:\n  - x\n  - k: v\n    l: w\nempty: []\n".Replace("\n", Environment.NewLine, StringComparison.Ordinal));
    }

    [Fact]
    public void Only_yaml_files_are_flows()
    {
        workspace.Write("b.yaml", "");
        workspace.Write("sub/a.YML", "");
        workspace.Write("c.json", "");

        FlowFiles.Find(workspace.Folder).Select(file => Path.GetRelativePath(workspace.Folder, file)).ShouldBe(["b.yaml", "sub/a.YML"]);
    }
}
