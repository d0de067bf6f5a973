using Kestra.Cli.CommandLine;
using Kestra.Cli.Composition;
using Kestra.Hosting.Configuration;
using Kestra.Hosting.Logging;

namespace Kestra.Cli.Maintenance;

/// <summary><c>migrate metadata …</c>: at this level the metadata lies in storage, so that nothing is to be moved.</summary>
internal sealed class MetadataMigrateCommand(string name, string description, string title) : KestraCommand(name, description)
{
    public override Task<int> RunAsync(Invocation invocation)
    {
        invocation.Terminal.Line($"{title} lives in internal storage in this version; there is nothing to migrate.");
        invocation.Terminal.Line($"✅ {title} migration complete.");
        return Task.FromResult(ExitCode.Success);
    }
}

/// <summary><c>list tenants</c>: the tenants, one a line.</summary>
internal sealed class ListTenantsCommand() : KestraCommand("tenants", "Print one tenant id per line")
{
    public override Task<int> RunAsync(Invocation invocation)
    {
        invocation.Terminal.Line(Model.Flows.Tenants.Default);
        return Task.FromResult(ExitCode.Success);
    }
}

/// <summary><c>migrate default-tenant</c>: gives rows without tenant the one that there is.</summary>
internal sealed class DefaultTenantCommand : KestraCommand
{
    private readonly Setting<string?> id = Settings.Text("Identifier of the tenant.", "tenantId", Model.Flows.Tenants.Default, ["--tenant-id", "--to"]);
    private readonly Setting<bool> dryRun = Settings.Flag("Only tell what would be done.", "--dry-run");

    public DefaultTenantCommand()
        : base("default-tenant", "Give every row without tenant the tenant main")
    {
        Aliases.Add("defaultTenant");
        Aliases.Add("tenant");
        Aliases.Add("tenants");
        Add(id);
        Add(Settings.Text("Name of the tenant.", "tenantName", "--tenant-name"));
        Add(dryRun);
        Add(Settings.Switch("Send the flows to the queue again afterwards.", "--restore-queue", byDefault: true));
    }

    public override async Task<int> RunAsync(Invocation invocation)
    {
        if (invocation.Get(dryRun))
        {
            invocation.Terminal.Line("🧪 Dry-run mode enabled. No changes will be applied.");
        }

        if (invocation.Get(id) is not (null or "" or Model.Flows.Tenants.Default))
        {
            throw new CommandFailureException("❌ Tenant migration failed: Tenant configuration is an enterprise feature. It can only be main in OSS");
        }

        // Rows of the embedded database have a tenant from their first day; what other databases need comes with their take-over.
        var configuration = invocation.DatabaseConfiguration();
        await using var server = KestraServer.Create(configuration, ServerType.Standalone, ServerParts.None, LogLevels.Read(configuration, null));
        if (server.Settings.Database is DatabaseSettings.Postgres postgres)
        {
            throw new CommandFailureException($"❌ Tenant migration failed: the rows of {postgres.Name} cannot be migrated by this version. Run `kestra migrate default-tenant` of Kestra 1.0 on it first.");
        }

        invocation.Terminal.Line($"Every row of {server.Settings.Database.Name} has a tenant.");
        invocation.Terminal.Line(invocation.Get(dryRun) ? "🧪 Dry-run complete. 0 row(s) would be updated." : "✅ Tenant migration complete.");
        return ExitCode.Success;
    }
}
