using Kestra.Engine;
using Kestra.Executor.Jobs;
using Kestra.Executor.Reading;
using Kestra.Expressions;
using Kestra.Flows;
using Kestra.Flows.Inputs;
using Kestra.Hosting.Configuration;
using Kestra.Hosting.Encryption;
using Kestra.Hosting.Expressions;
using Kestra.Hosting.Flows;
using Kestra.Hosting.Inputs;
using Kestra.Hosting.Triggers;
using Kestra.Model.Flows;
using Kestra.Plugins.Core.Log;
using Kestra.Plugins.Description;
using Kestra.Plugins.Hosting;
using Kestra.Plugins.Scripts.Runners;
using Kestra.Storage;
using Kestra.Storage.Objects;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Kestra.Cli.Composition;

/// <summary>What reads flows and evaluates their expressions, the same in every part of the server.</summary>
internal static partial class EngineServices
{
    public static void AddEngine(IServiceCollection services, KestraConfiguration configuration)
    {
        services.AddSingleton<IPluginCatalog>(provider => CatalogOf(provider, configuration));
        services.AddSingleton(static provider => new ExpressionEngine(new ExpressionOptions { Time = provider.GetRequiredService<TimeProvider>() }));
        services.AddSingleton(provider => new FlowReader(provider.GetRequiredService<IPluginCatalog>(), PluginDefaultsOf(configuration), laterProperties: true));
        services.AddSingleton<StoredFlows>();
        services.AddSingleton(provider => OutsideOf(provider, configuration));
        services.AddSingleton(provider => EnvironmentOf(provider, configuration));
        if (EncryptionOf(configuration) is { } encryption)
        {
            services.AddSingleton(encryption);
        }

        services.AddSingleton(provider => new FlowInputs(
            provider.GetRequiredService<EngineEnvironment>(),
            provider.GetRequiredService<IObjectStorage>(),
            provider.GetService<ValueEncryption>(),
            provider.GetRequiredService<ExpressionOutside>().AllowedPaths));
        services.AddSingleton<IFlowInputs>(static provider => provider.GetRequiredService<FlowInputs>());
        services.AddSingleton<TriggerExecutions>();
    }

    // Beside the plugins of the product, those of the folder that KESTRA_PLUGINS_PATH names.
    private static PluginCatalog CatalogOf(IServiceProvider provider, KestraConfiguration configuration)
    {
        var logger = provider.GetRequiredService<ILoggerFactory>().CreateLogger("Kestra.Plugins");
        var folder = configuration.Environment.GetValueOrDefault("KESTRA_PLUGINS_PATH");
        var found = string.IsNullOrWhiteSpace(folder) ? [] : PluginFolder.Load(folder, message => LogProblem(logger, message));
        return new PluginCatalog([typeof(LogTask).Assembly, typeof(ProcessRunner).Assembly, .. found]);
    }

    private static List<PluginDefault> PluginDefaultsOf(KestraConfiguration configuration) =>
    [
        .. configuration.Items("kestra.plugins.defaults")
            .Where(static item => item.GetValueOrDefault("type") is string)
            .Select(static item => new PluginDefault(
                (string)item["type"]!,
                item.GetValueOrDefault("forced") is true or "true",
                item.GetValueOrDefault("values") as IReadOnlyDictionary<string, object?>)),
    ];

    private static ValueEncryption? EncryptionOf(KestraConfiguration configuration)
    {
        if (configuration.Text("kestra.encryption.secret-key") is not { } key)
        {
            return null;
        }

        try
        {
            return new ValueEncryption(key);
        }
        catch (FormatException error)
        {
            throw new ConfigurationException($"The configuration property 'kestra.encryption.secret-key' must be the Base64 text of 16, 24 or 32 bytes. {error.Message}", error);
        }
    }

    private static ExpressionOutside OutsideOf(IServiceProvider provider, KestraConfiguration configuration)
    {
        var logger = provider.GetRequiredService<ILoggerFactory>().CreateLogger("Kestra.Secrets");
        return new ExpressionOutside
        {
            Objects = provider.GetRequiredService<IObjectStorage>(),
            Time = provider.GetRequiredService<TimeProvider>(),
            Secrets = Secrets.Read(configuration.Environment, message => LogSecret(logger, message)),
            Logs = provider.GetRequiredService<IStore>().Logs,
            Http = new HttpClient { Timeout = TimeSpan.FromMinutes(1) },
            AllowedPaths = configuration.Boolean("kestra.local-files.enable-file-functions", true) ? configuration.List("kestra.local-files.allowed-paths") : null,
        };
    }

    private static EngineEnvironment EnvironmentOf(IServiceProvider provider, KestraConfiguration configuration)
    {
        // Only workers read logs in expressions.
        var outside = provider.GetRequiredService<ExpressionOutside>() with { Logs = null };
        return new EngineEnvironment
        {
            Expressions = provider.GetRequiredService<ExpressionEngine>(),
            Catalog = provider.GetRequiredService<IPluginCatalog>(),
            HostOf = (tenantId, @namespace, flowId, executionId) => new StoredExpressionHost(outside, new ExpressionPlace(tenantId, @namespace, flowId, executionId), secretSeen: null),
            Globals = configuration.Tree("kestra.variables.globals"),
            Envs = Secrets.ExpressionVariables(configuration).ToDictionary(static pair => pair.Key, static pair => (object?)pair.Value, StringComparer.Ordinal),
            Kestra = KestraVariables(configuration),
            ConvertOutput = OutputConversion.Convert,
            Decrypt = provider.GetService<ValueEncryption>() is { } encryption ? encryption.Decrypt : null,
            DefaultOf = (flow, input) => InputDefaults.Of(provider.GetRequiredService<ExpressionEngine>(), flow, input),
            VariablesOf = (tenantId, executionId) => provider.GetRequiredService<StoredExecutionReader>().VariablesAsync(tenantId, executionId, CancellationToken.None).GetAwaiter().GetResult(),
            AllowsSubflowOutputs = SubflowSettings.AllowOutputs(configuration),
            WorkersOf = (_, key) => provider.GetRequiredService<WorkerGroups>().PresenceOf(key),
            MessageLimit = MessageSettings.Limit(configuration),
            WriteRow = (tenantId, path, row) => WriteRow(provider.GetRequiredService<IObjectStorage>(), tenantId, path, row),
        };
    }

    private static void WriteRow(IObjectStorage objects, string tenantId, string path, object? row)
    {
        using var text = new StringWriter(System.Globalization.CultureInfo.InvariantCulture);
        Ion.IonRows.Write(text, row);
        using var content = new MemoryStream(System.Text.Encoding.UTF8.GetBytes(text.ToString()));

        // Evaluations may block: each has a place of its own off the loop.
        objects.PutAsync(tenantId, path, content, null, CancellationToken.None).GetAwaiter().GetResult();
    }

    private static OrderedDictionary<string, object?> KestraVariables(KestraConfiguration configuration)
    {
        var variables = new OrderedDictionary<string, object?>(StringComparer.Ordinal);
        if (configuration.Text("kestra.environment.name") is { } environment)
        {
            variables["environment"] = environment;
        }

        if (configuration.Text("kestra.url") is { } url)
        {
            variables["url"] = url;
        }

        return variables;
    }

    [LoggerMessage(LogLevel.Warning, "{Message}")]
    private static partial void LogSecret(ILogger logger, string message);

    [LoggerMessage(LogLevel.Error, "{Message}")]
    private static partial void LogProblem(ILogger logger, string message);
}
