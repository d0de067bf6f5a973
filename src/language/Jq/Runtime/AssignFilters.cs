using Kestra.Jq.Values;

namespace Kestra.Jq.Runtime;

/// <summary><c>target = value</c>, once for every value.</summary>
internal sealed class AssignFilter(Filter target, Filter value) : MixedFilter(value.IsSingle)
{
    public override Item One(Env env, Item input) => input.Derive(Assign(env, input.Value, value.Value(env, input.Value)));

    protected override IEnumerable<Item> RunMany(Env env, Item input)
    {
        foreach (var assigned in value.Values(env, input.Value))
        {
            yield return input.Derive(Assign(env, input.Value, assigned));
        }
    }

    private object? Assign(Env env, object? root, object? assigned)
    {
        var editor = new PathEditor(env.Execution, root);
        foreach (var place in target.Run(env, new Item(root, Path.Root)))
        {
            editor.Set(Located.Keys(env.Execution, place), assigned);
        }

        return editor.Root;
    }
}

/// <summary><c>target op= value</c>, once for every value; <c>//=</c> keeps what is true.</summary>
internal sealed class CombineFilter(Filter target, Operation? operation, Filter value) : MixedFilter(value.IsSingle)
{
    public override Item One(Env env, Item input) => input.Derive(Combine(env, input.Value, value.Value(env, input.Value)));

    protected override IEnumerable<Item> RunMany(Env env, Item input)
    {
        foreach (var operand in value.Values(env, input.Value))
        {
            yield return input.Derive(Combine(env, input.Value, operand));
        }
    }

    private object? Combine(Env env, object? root, object? operand)
    {
        var editor = new PathEditor(env.Execution, root);
        foreach (var place in target.Run(env, new Item(root, Path.Root)))
        {
            var keys = Located.Keys(env.Execution, place);
            var current = editor.Get(keys);
            editor.Set(keys, operation is not null ? operation(env.Execution, current, operand) : ValueKinds.IsTrue(current) ? current : operand);
        }

        return editor.Root;
    }
}

/// <summary><c>target |= update</c>: the first result of the update. None at all removes the place in jq, and is an error in Kestra.</summary>
internal sealed class UpdateFilter(Filter target, Filter update) : ValueFilter
{
    protected override object? Compute(Env env, object? input)
    {
        var editor = new PathEditor(env.Execution, input);
        foreach (var place in target.Run(env, new Item(input, Path.Root)))
        {
            var keys = Located.Keys(env.Execution, place);
            var current = editor.Get(keys);
            if (TryUpdate(env, current, out var changed))
            {
                editor.Set(keys, changed);
            }
            else if (env.Execution.Dialect == JqDialect.Jq16)
            {
                editor.Delete(keys);
            }
            else
            {
                throw JqException.Runtime("the right side of |= gives no value");
            }
        }

        return editor.Root;
    }

    private bool TryUpdate(Env env, object? current, out object? changed)
    {
        if (update.IsSingle)
        {
            changed = update.Value(env, current);
            return true;
        }

        foreach (var value in update.Values(env, current))
        {
            changed = value;
            return true;
        }

        changed = null;
        return false;
    }
}
