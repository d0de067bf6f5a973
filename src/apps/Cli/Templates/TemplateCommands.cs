using System.CommandLine;
using Kestra.Cli.Api;
using Kestra.Cli.CommandLine;
using Kestra.Cli.Flows;

namespace Kestra.Cli.Templates;

/// <summary>Commands about templates, an old feature that a setting brings back.</summary>
internal static class TemplateFeature
{
    /// <exception cref="CommandFailureException">Templates are not switched on.</exception>
    public static void Require(Invocation invocation)
    {
        if (!invocation.Common.Configuration(invocation.Parsed, invocation.Host).Build().Boolean("kestra.templates.enabled", false))
        {
            throw new CommandFailureException("Templates are deprecated and switched off; set 'kestra.templates.enabled: true' to use them, or turn the template into a subflow.");
        }
    }
}

/// <summary><c>template validate</c>.</summary>
internal sealed class TemplateValidateCommand : ApiCommand
{
    private readonly Parameter<string> directory = Settings.Required("directory", "The directory of files to check.");
    private readonly Setting<bool> local = Settings.Flag("Check in this program instead of asking a server.", "--local");

    public TemplateValidateCommand()
        : base("validate", "Validate templates", "template")
    {
        Add(directory);
        Add(local);
    }

    protected override async Task<int> RunAsync(Invocation invocation, ApiClient client)
    {
        TemplateFeature.Require(invocation);
        if (invocation.Get(local))
        {
            throw new CommandFailureException("Templates are checked by a server only; leave --local away.");
        }

        var sources = await FlowDirectory.ReadAsync(invocation, invocation.Get(directory), "template", deletes: false);
        var answer = await client.SendJsonAsync(HttpMethod.Post, "/templates/validate", ApiClient.YamlContent(FlowDirectory.Join(sources)), invocation.CancellationToken);
        var failed = false;
        foreach (var result in answer.EnumerateArray())
        {
            var name = $"{result.Text("namespace")} / {result.Text("flow") ?? result.Text("template")}";
            if (result.Text("constraints") is { } constraints)
            {
                failed = true;
                invocation.Terminal.ErrorLine($"✘ - {name}", Colour.Red);
                invocation.Terminal.ErrorLine("\tUnable to parse template due to the following error(s):");
                invocation.Terminal.ErrorLine($"\t- {constraints.Trim().ReplaceLineEndings(" - ")}");
            }
            else
            {
                invocation.Terminal.Line($"✓ - {name}", Colour.Green);
            }
        }

        return failed ? ExitCode.Failure : ExitCode.Success;
    }
}

/// <summary><c>template export</c>.</summary>
internal sealed class TemplateExportCommand : ApiCommand
{
    private readonly Parameter<string> directory = Settings.Required("directory", "The directory to write the ZIP file to.");
    private readonly Setting<string?> ns = Settings.Text("The namespace of the templates to export.", "namespace", "--namespace");

    public TemplateExportCommand()
        : base("export", "Export templates to a ZIP file", "template")
    {
        Add(directory);
        Add(ns);
    }

    protected override Task<int> RunAsync(Invocation invocation, ApiClient client)
    {
        TemplateFeature.Require(invocation);
        return ZipExport.RunAsync(invocation, client, "template", invocation.Get(directory), invocation.Get(ns));
    }
}

/// <summary><c>template namespace update</c>.</summary>
internal sealed class TemplateNamespaceUpdateCommand : ApiCommand
{
    private readonly Parameter<string> ns = Settings.Required("namespace", "The namespace to update.");
    private readonly Parameter<string> directory = Settings.Required("directory", "The directory of the templates.");
    private readonly Setting<bool> delete = Settings.Negatable("Also delete the templates of the namespace that are not in the directory.", "--delete");
    private readonly Setting<bool> keep = Settings.Negation("--delete");

    public TemplateNamespaceUpdateCommand()
        : base("update", "Update templates in namespace", "template")
    {
        Add(ns);
        Add(directory);
        Add(delete);
        Add(keep);
    }

    protected override async Task<int> RunAsync(Invocation invocation, ApiClient client)
    {
        TemplateFeature.Require(invocation);
        var deletes = invocation.Get(delete) && !invocation.Get(keep);
        var sources = await FlowDirectory.ReadAsync(invocation, invocation.Get(directory), "template", deletes);
        var path = $"/templates/{ApiClient.Segment(invocation.Get(ns))}?delete={(deletes ? "true" : "false")}";
        var answer = await client.SendJsonAsync(HttpMethod.Post, path, ApiClient.YamlContent(FlowDirectory.Join(sources)), invocation.CancellationToken);
        return FlowOutput.Updated(invocation, OutputFormat.TEXT, answer, count => $"{count} template(s) for namespace '{invocation.Get(ns)}' successfully updated !");
    }
}
